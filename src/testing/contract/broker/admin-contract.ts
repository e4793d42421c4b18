import assert from 'node:assert/strict';
import type { Clause } from './broker-contract.js';
import { decodeAssignment, decodeSubscription } from '../../../broker/client/consumer-protocol.js';
import { numbered, offsetOf, partitionsOf } from './broker-scenario.js';
import { GroupObserver } from './group-observer.js';

/** Topics, offsets and groups as `Admin` sees them. */
export function adminContract(clause: Clause): void {
  clause('a topic is created once, with its configs, and a missing one is not described', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 3, { 'cleanup.policy': 'compact' });
    await client.admin.createTopics([{ name: topic, partitions: 7 }]);
    const described = await client.admin.describeTopics([topic, `${topic}-missing`]);
    assert.deepEqual([...described.keys()], [topic]);
    assert.equal(described.get(topic)?.partitions, 3);
    assert.match(described.get(topic)?.topicId ?? '', /^[0-9a-f]{32}$/);
    assert.equal(described.get(topic)?.leaderEpochs.length, 3);
    assert.equal((await client.admin.describeTopicConfigs([topic])).get(topic)?.['cleanup.policy'], 'compact');
  });

  clause('all topics are described when none is named', async (s) => {
    const client = await s.client();
    const topics = [await s.topic(client), await s.topic(client)];
    const all = await client.admin.describeTopics();
    assert.deepEqual(
      topics.map((topic) => all.get(topic)?.partitions),
      [1, 1],
    );
  });

  clause('a topic gains partitions, and never loses any', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    await client.admin.createPartitions(topic, 4);
    assert.equal((await client.admin.describeTopics([topic])).get(topic)?.partitions, 4);
    await assert.rejects(client.admin.createPartitions(topic, 3), /INVALID_PARTITIONS/);
  });

  clause('a deleted topic is gone, and another one by its name has another id', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const before = (await client.admin.describeTopics([topic])).get(topic)?.topicId;
    await client.admin.deleteTopics([topic]);
    assert.equal((await client.admin.describeTopics([topic])).size, 0);
    await client.admin.createTopics([{ name: topic, partitions: 1 }]);
    assert.notEqual((await client.admin.describeTopics([topic])).get(topic)?.topicId, before);
  });

  clause('offsets are found by place and by time', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const writer = await s.writer(client);
    for (const timestamp of [1_000, 2_000, 3_000]) writer.send(topic, 0, null, Buffer.from('v'), timestamp, []);
    await writer.flush();
    const at = async (when: number | 'earliest' | 'latest') => {
      const offsets = await client.admin.listOffsets(partitionsOf(topic, 2), when);
      return [offsets.get(`${topic}-0`), offsets.get(`${topic}-1`)];
    };
    assert.deepEqual(await at('earliest'), [0, 0]);
    assert.deepEqual(await at('latest'), [3, 0]);
    assert.deepEqual(await at(1_500), [1, 0]);
    assert.deepEqual(await at(2_000), [1, 0]);
    assert.deepEqual(await at(9_000), [3, 0]);
  });

  clause('deleted records are gone, and the earliest offset says so', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    await s.write(client, topic, numbered(10), 0);
    await s.write(client, topic, numbered(10), 1);
    await client.admin.deleteRecords([
      { topic, partition: 0, offset: 4 },
      { topic, partition: 1, offset: -1 },
    ]);
    const earliest = await client.admin.listOffsets(partitionsOf(topic, 2), 'earliest');
    assert.deepEqual([earliest.get(`${topic}-0`), earliest.get(`${topic}-1`)], [4, 10]);
    assert.deepEqual(await s.values(client, topic), numbered(10).slice(4));
  });

  clause('offsets are committed for a group without members, with their metadata', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const { groupId } = s.noMembers();
    await client.admin.commitOffsets(groupId, [offsetOf(topic, 0, 7, 'AgAA')]);
    const asked = await client.admin.committedOffsets(groupId, partitionsOf(topic, 2));
    assert.deepEqual([...asked.keys()], [`${topic}-0`]);
    assert.equal(asked.get(`${topic}-0`)?.offset, 7);
    assert.equal(asked.get(`${topic}-0`)?.metadata, 'AgAA');
    assert.deepEqual(await client.admin.committedOffsets(groupId, 'all'), asked);
  });

  clause('a group is described with what its members said and were given', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const { groupId } = s.noMembers();
    assert.equal(await client.admin.describeGroup(groupId), undefined);
    const observer = new GroupObserver(s, client, topic, { userData: 'me', groupInstanceId: 'instance' });
    await observer.joined();
    const { members = [], ...group } = (await client.admin.describeGroup(groupId)) ?? {};
    const stable = { state: 'Stable', protocolType: 'consumer', protocolName: 'stream' };
    assert.deepEqual(group, { groupId, type: 'classic', ...stable });
    assert.deepEqual(
      members.map(({ memberId, groupInstanceId, subscription, assignment }) => [
        ...[memberId, groupInstanceId, decodeSubscription(subscription).userData.toString()],
        decodeAssignment(assignment).partitions,
      ]),
      [[observer.metadata().memberId, 'instance', 'me', partitionsOf(topic, 2)]],
    );
  });

  clause('a group that only has offsets is empty', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const { groupId } = s.noMembers();
    await client.admin.commitOffsets(groupId, [offsetOf(topic, 0, 7)]);
    const empty = { state: 'Empty', protocolType: '', protocolName: '', members: [] };
    assert.deepEqual(await client.admin.describeGroup(groupId), { groupId, type: 'classic', ...empty });
  });

  clause('members are made to leave, static ones too, and whoever left is no error', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const observers = [
      new GroupObserver(s, await s.client(), topic, { groupInstanceId: 'static' }),
      new GroupObserver(s, await s.client(), topic),
    ];
    for (const observer of observers) await observer.joined();
    const { groupId } = s.noMembers();
    const { members = [] } = (await client.admin.describeGroup(groupId)) ?? {};
    assert.equal(members.length, 2);
    for (const observer of observers) await observer.member.stop();
    await client.admin.removeGroupMembers(groupId, members, 'they are gone');
    assert.equal((await client.admin.describeGroup(groupId))?.state, 'Empty');
    await client.admin.removeGroupMembers(groupId, members, 'once more');
  });

  clause('a deleted group has no offsets', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const { groupId } = s.noMembers();
    await client.admin.commitOffsets(groupId, [offsetOf(topic, 0, 7)]);
    await client.admin.deleteGroups([groupId, `${groupId}-missing`]);
    assert.equal((await client.admin.committedOffsets(groupId, partitionsOf(topic, 1))).size, 0);
  });
}
