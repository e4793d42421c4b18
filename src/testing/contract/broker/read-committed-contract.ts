import assert from 'node:assert/strict';
import type { Writer } from '../../../broker/client/client.js';
import type { Clause } from './broker-contract.js';
import { type BrokerScenario, numbered, send } from './broker-scenario.js';

/** What a read_committed reader sees of transactions. */
export function readCommittedContract(clause: Clause): void {
  clause('records of a transaction are seen when it is committed, and never when it is aborted', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client);
    await s.commit(writer, topic, ['a', 'b']);
    writer.begin();
    send(writer, topic, 'lost');
    await writer.flush();
    await writer.abort();
    await s.commit(writer, topic, ['c']);
    assert.deepEqual(await s.values(client, topic), ['a', 'b', 'c']);
    assert.deepEqual(await s.values(client, topic, { isolation: 'read_uncommitted' }), ['a', 'b', 'lost', 'c']);
  });

  clause('a reader stops before an open transaction, and goes past its marker when it ended', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const at = { topic, partition: 0 };
    await s.write(client, topic, ['before']);
    const writer = await s.transactional(client);
    writer.begin();
    send(writer, topic, 'open');
    await writer.flush();
    await s.write(client, topic, ['behind']);
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    reader.seek(at, 0);
    await s.eventually('what stands before is read', async () => {
      await reader.poll();
      return reader.position(at) === 1;
    });
    assert.deepEqual(await reader.poll(250), []);
    assert.equal((await client.admin.listOffsets([at], 'latest')).get(`${topic}-0`), 3);
    assert.equal((await client.admin.listOffsets([at], 'latest', 'read_committed')).get(`${topic}-0`), 1);
    await writer.commit();
    await s.eventually('position passes the marker', async () => {
      await reader.poll();
      return reader.position(at) === 4;
    });
  });

  clause('a restore reads past a dangling transaction to the high watermark, once its writer is fenced', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const at = { topic, partition: 0 };
    const dangling = await s.transactional(await s.client());
    await s.commit(dangling, topic, ['kept']);
    dangling.begin();
    send(dangling, topic, 'dangling');
    await dangling.flush();
    const end = (await client.admin.listOffsets([at], 'latest')).get(`${topic}-0`) ?? 0;
    const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
    reader.seek(at, 0);
    await s.eventually('what is committed is read', async () => {
      await reader.poll();
      return reader.position(at) === 2;
    });
    assert.ok(end > 2, `the high watermark ${end} is beyond the last stable offset`);
    await s.transactional(client);
    await s.eventually('position reaches the high watermark', async () => {
      for (const { records } of await reader.poll()) assert.equal(records.length, 0);
      return (reader.position(at) ?? 0) >= end;
    });
  });

  for (const maxPartitionBytes of [700, 5_000, 1_048_576]) {
    clause(`aborted records of six interleaved writers never leak, ${maxPartitionBytes} bytes a fetch`, async (s) => {
      const client = await s.client();
      const topic = await s.topic(client);
      const { committed, aborted } = await interleave(s, topic);
      assert.ok(aborted > 100, `${aborted} records are aborted`);
      assert.deepEqual(await s.values(client, topic, { maxPartitionBytes, maxBytes: maxPartitionBytes }), committed);
      const from = Math.floor(committed.length / 2);
      const tail = (await s.read(client, topic, { from, maxPartitionBytes })).map(({ value }) => value);
      assert.deepEqual(tail, committed.slice(committed.length - tail.length));
    });
  }

  clause('a key of four zero bytes is no marker', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client);
    const key = Buffer.alloc(4);
    const round = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
      writer.begin();
      for (const i of [0, 1, 2]) writer.send(topic, 0, key, Buffer.from(`${value}${i}`), 1, []);
      await writer.flush();
      await writer[end]();
    };
    await round('lost', 'abort');
    await round('kept', 'commit');
    await round('gone', 'abort');
    assert.deepEqual(await s.values(client, topic), numbered(3, 'kept'));
  });
}

/** Six writers whose transactions overlap in one partition, two of three aborted. Gives what a reader may see, in order. */
async function interleave(s: BrokerScenario, topic: string) {
  const client = await s.client();
  const writers = await Promise.all(numbered(6, 'w').map((id) => s.transactional(client, id)));
  const open = new Map<Writer, string[]>();
  const outcome = new Map<string, boolean>();
  let count = 0;
  for (let step = 0; step < 240; step++) {
    const writer = writers[(step * 7 + Math.floor(step / 5)) % writers.length] as Writer;
    if (!open.has(writer)) writer.begin();
    const sent = [...(open.get(writer) ?? []), `r${count++}`, `r${count++}`];
    for (const value of sent.slice(-2)) send(writer, topic, value);
    await writer.flush();
    open.set(writer, sent);
    if (sent.length < 4 + (step % 9)) continue;
    await finish(writer, sent, step % 3 === 0, outcome);
    open.delete(writer);
  }
  for (const [writer, sent] of open) await finish(writer, sent, false, outcome);
  const all = numbered(count, 'r');
  const committed = all.filter((value) => outcome.get(value) === true);
  return { committed, aborted: count - committed.length };
}

async function finish(writer: Writer, sent: readonly string[], commit: boolean, outcome: Map<string, boolean>) {
  await (commit ? writer.commit() : writer.abort());
  for (const value of sent) outcome.set(value, commit);
}
