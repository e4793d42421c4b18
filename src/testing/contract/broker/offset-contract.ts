import assert from 'node:assert/strict';
import type { Clause } from './broker-contract.js';
import { numbered, offsetOf, partitionsOf, send, rejectsAsFenced } from './broker-scenario.js';
import { GroupObserver } from './group-observer.js';

/** Consumed offsets in transactions. */
export function offsetContract(clause: Clause): void {
  clause('offsets of four partitions, added at once, are all committed', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 4);
    const writer = await s.transactional(client);
    const group = s.noMembers();
    writer.begin();
    await Promise.all(partitionsOf(topic, 4).map((p) => writer.sendOffsets(group, [offsetOf(topic, p.partition, 7)])));
    await writer.commit();
    const committed = await client.admin.committedOffsets(group.groupId, partitionsOf(topic, 4), {
      requireStable: true,
    });
    assert.deepEqual(
      [...committed.values()].map(({ offset }) => offset),
      [7, 7, 7, 7],
    );
  });

  clause('offsets of an aborted transaction are not committed', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client);
    const group = s.noMembers();
    writer.begin();
    await writer.sendOffsets(group, [offsetOf(topic, 0, 1, 'kept')]);
    await writer.commit();
    writer.begin();
    await writer.sendOffsets(group, [offsetOf(topic, 0, 2, 'lost')]);
    await writer.abort();
    const stable = { requireStable: true };
    const committed = await client.admin.committedOffsets(group.groupId, partitionsOf(topic, 1), stable);
    assert.deepEqual([...committed.values()], [{ ...offsetOf(topic, 0, 1, 'kept') }]);
  });

  clause('stable offsets are given only when no transaction holds newer ones', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(await s.client());
    const { groupId } = s.noMembers();
    await client.admin.commitOffsets(groupId, [offsetOf(topic, 0, 1)]);
    writer.begin();
    await writer.sendOffsets(s.noMembers(), [offsetOf(topic, 0, 2)]);
    const read = async (requireStable: boolean, timeoutMs: number) => {
      const options = { requireStable, timeoutMs };
      return (await client.admin.committedOffsets(groupId, partitionsOf(topic, 1), options)).get(`${topic}-0`)?.offset;
    };
    assert.equal(await read(false, 1_000), 1);
    await assert.rejects(read(true, 100), /UNSTABLE_OFFSET_COMMIT/);
    const waiting = read(true, 20_000);
    await writer.commit();
    assert.equal(await waiting, 2);
  });

  clause("offsets with a member's generation are taken, with an older one the writer is fenced", async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const observer = new GroupObserver(s, client, topic);
    await observer.joined();
    const group = observer.metadata();
    const writer = await s.transactional(client);
    writer.begin();
    send(writer, topic, 'v0');
    await writer.sendOffsets(group, [offsetOf(topic, 0, 1)]);
    await writer.commit();
    writer.begin();
    send(writer, topic, 'lost');
    const older = { ...group, generationId: group.generationId - 1 };
    await rejectsAsFenced(writer.sendOffsets(older, [offsetOf(topic, 0, 9)]));
    await rejectsAsFenced(writer.commit());
    await writer.init();
    writer.begin();
    await rejectsAsFenced(writer.sendOffsets({ ...group, memberId: 'nobody' }, [offsetOf(topic, 0, 9)]));
    await writer.init();
    const committed = await client.admin.committedOffsets(group.groupId, 'all', { requireStable: true });
    assert.equal(committed.get(`${topic}-0`)?.offset, 1);
    assert.deepEqual(await s.values(client, topic), numbered(1));
  });
}
