import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiName, RequestOf, ResponseOf } from '../../src/broker/client/protocol.js';
import type { Channel, Transport } from '../../src/broker/client/transport.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import type { Compression } from '../../src/broker/record-batch/compression.js';
import { decodeRecords } from '../../src/broker/record-batch/decode.js';
import { silentLogger } from '../../src/observability/log.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { batch, record, values } from '../unit/broker/record-batch/sample-records.js';

const brokers = sharedKafka();
/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: passing, in a new cluster. */
const COORDINATOR_COMING = [14, 15, 16];

describe('the Kafka transport speaks to a real broker', () => {
  const run = systemRandom.uuid().slice(0, 8);
  const topic = `wire-${run}`;
  const group = `wire-group-${run}`;
  let kafka: Transport;
  let leader: number;

  beforeAll(async () => {
    kafka = connectTransport();
    await kafka.connect();
    await createTopic(topic);
    leader = (await partitionsOf(topic))[0]?.leader ?? -1;
  });
  afterAll(() => kafka.close());

  function connectTransport(): Transport {
    return createKafkaTransport({
      brokers,
      clientId: 'millrace-test',
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    });
  }

  function ask<A extends ApiName>(api: A, message: RequestOf<A>, channel: Channel = 'admin'): Promise<ResponseOf<A>> {
    return kafka.request(leader >= 0 ? leader : 'any', channel, api, message);
  }

  async function createTopic(name: string, configs: Record<string, string> = {}): Promise<void> {
    const wanted = { name, partitions: 2, replicationFactor: -1, configs };
    const created = await kafka.request('any', 'admin', 'CreateTopics', {
      topics: [wanted],
      timeoutMs: 30_000,
      validateOnly: false,
    });
    expect(created.topics).toEqual([{ name, errorCode: 0, errorMessage: null }]);
    await until(async () => (await partitionsOf(name)).every((partition) => partition.leader >= 0));
  }

  async function partitionsOf(name: string): Promise<ResponseOf<'Metadata'>['topics'][number]['partitions']> {
    const { topics } = await kafka.request('any', 'admin', 'Metadata', { topics: [name] });
    return topics[0]?.errorCode === 0 ? topics[0].partitions : [];
  }

  /** Asks again until it is so: the cluster's metadata and coordinators come with a delay. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await holds()) return;
      await systemClock.sleep(50);
    }
    throw new Error('it never came to hold');
  }

  async function coordinator(key: string, keyType: 'group' | 'transaction'): Promise<number> {
    let nodeId = -1;
    await until(async () => {
      const found = await ask('FindCoordinator', { key, keyType });
      nodeId = found.nodeId;
      return found.errorCode === 0;
    });
    return nodeId;
  }

  async function fetchAll(partition: number, fetchOffset = 0): Promise<ResponseOf<'Fetch'>['partitions'][number]> {
    const wanted = { topic, partition, fetchOffset, maxBytes: 1 << 20, currentLeaderEpoch: -1 };
    const { errorCode, partitions } = await ask(
      'Fetch',
      { isolation: 'read_committed', maxWaitMs: 100, minBytes: 1, maxBytes: 1 << 24, partitions: [wanted] },
      'fetch',
    );
    expect(errorCode).toBe(0);
    return partitions[0]!;
  }

  it('reads its features and versions', () => {
    const features = kafka.features();
    const implicit = features.transactionVersion >= 2;
    expect(features.version('Produce')).toBe(implicit ? 12 : 11);
    expect(features.version('EndTxn')).toBe(implicit ? 5 : 4);
    expect(features.version('TxnOffsetCommit')).toBe(implicit ? 5 : 4);
    expect(features.version('Fetch')).toBe(12);
    expect(features.version('JoinGroup')).toBe(9);
  });

  it('describes the cluster, existing and missing topics', async () => {
    const answer = await ask('Metadata', { topics: [topic, 'no-such-topic'] });
    expect(answer.brokers.map(({ host, port }) => `${host}:${port}`)).toEqual(expect.arrayContaining(brokers));
    expect(answer.clusterId).toEqual(expect.any(String));
    expect(answer.topics.find(({ name }) => name === topic)).toMatchObject({
      errorCode: 0,
      topicId: expect.stringMatching(/^[0-9a-f]{32}$/),
      internal: false,
      partitions: [{ partition: expect.any(Number), leader: expect.any(Number), isr: [expect.any(Number)] }, {}],
    });
    expect(answer.topics.find(({ name }) => name === 'no-such-topic')).toMatchObject({ errorCode: 3 });
    expect((await ask('Metadata', { topics: null })).topics.map(({ name }) => name)).toContain(topic);
  });

  it.each<Compression>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'writes and reads back %s batches',
    async (compression) => {
      const sent = Array.from({ length: 500 }, (_, i) => record(`k${i}`, `${compression}-${i}`, i, [['h', null]]));
      const produced = await ask(
        'Produce',
        {
          transactionalId: null,
          acks: -1,
          timeoutMs: 10_000,
          partitions: [{ topic, partition: 0, records: batch(sent, { compression }) }],
        },
        'produce',
      );
      expect(produced.partitions).toMatchObject([{ topic, partition: 0, errorCode: 0 }]);
      const { baseOffset } = produced.partitions[0]!;
      const { records, highWatermark } = await fetchAll(0, baseOffset);
      expect(values(records, baseOffset)).toEqual(sent.map(({ value }) => value?.toString()));
      expect(highWatermark).toBe(baseOffset + 500);
    },
  );

  it('answers requests in the order of the calls, several under way', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        ask(
          'Produce',
          {
            transactionalId: null,
            acks: -1,
            timeoutMs: 10_000,
            partitions: [{ topic, partition: 1, records: batch([record(null, String(i))]) }],
          },
          'produce',
        ),
      ),
    );
    expect(answers.map(({ partitions }) => partitions[0]?.baseOffset)).toEqual(answers.map((_, i) => i));
    const { records } = await fetchAll(1);
    expect(values(records)).toEqual(answers.map((_, i) => String(i)));
  });

  it('does not wait for an answer to a write without acknowledgement', async () => {
    const partitions = [{ topic, partition: 1, records: batch([record(null, 'unacknowledged')]) }];
    const answer = await ask('Produce', { transactionalId: null, acks: 0, timeoutMs: 1000, partitions }, 'produce');
    expect(answer.partitions).toMatchObject([{ errorCode: 0, baseOffset: -1 }]);
    await until(async () => values((await fetchAll(1)).records).at(-1) === 'unacknowledged');
  });

  it('lists offsets', async () => {
    const at = (timestamp: number | 'earliest' | 'latest') =>
      ask('ListOffsets', { isolation: 'read_uncommitted', partitions: [{ topic, partition: 0, timestamp }] });
    expect((await at('earliest')).partitions).toMatchObject([{ errorCode: 0, offset: 0 }]);
    expect((await at('latest')).partitions).toMatchObject([{ errorCode: 0, offset: 2500 }]);
    expect((await at(499)).partitions).toMatchObject([{ errorCode: 0, offset: 499, timestamp: 499 }]);
    expect((await at(1e15)).partitions).toMatchObject([{ errorCode: 0, offset: -1 }]);
  });

  describe('in transactions', () => {
    const transactionalId = `wire-txn-${run}`;
    const now = systemClock.nowMs();
    let producer: { producerId: bigint; producerEpoch: number };
    let node: number;

    async function init(): Promise<void> {
      node = await coordinator(transactionalId, 'transaction');
      await until(async () => {
        const fresh = { transactionalId, transactionTimeoutMs: 10_000, producerId: -1n, producerEpoch: -1 };
        const answer = await kafka.request(node, 'transaction', 'InitProducerId', fresh);
        producer = answer;
        return answer.errorCode === 0;
      });
    }

    async function write(partition: number, value: string, baseSequence: number): Promise<void> {
      if (kafka.features().transactionVersion < 2) {
        const partitions = [{ topic, partition }];
        await until(async () => {
          const added = await kafka.request(node, 'transaction', 'AddPartitionsToTxn', {
            transactionalId,
            ...producer,
            partitions,
          });
          return added.partitions[0]?.errorCode === 0;
        });
      }
      // With the time of the markers, so that all stand in one segment and come in one fetch.
      const records = batch([record(null, value, now)], { ...producer, baseSequence, transactional: true });
      await until(async () => {
        const partitions = [{ topic, partition, records }];
        const sent = await ask('Produce', { transactionalId, acks: -1, timeoutMs: 10_000, partitions }, 'produce');
        return sent.partitions[0]?.errorCode === 0;
      });
    }

    async function end(committed: boolean): Promise<void> {
      const { producerEpoch } = producer;
      const ended = await kafka.request(node, 'transaction', 'EndTxn', { transactionalId, ...producer, committed });
      expect(ended.errorCode).toBe(0);
      expect(ended.producerEpoch).toBe(producerEpoch + (kafka.features().transactionVersion >= 2 ? 1 : 0));
      producer = ended;
    }

    it('shows what was committed and names what was aborted', async () => {
      await init();
      const from = (await fetchAll(1)).highWatermark;
      const implicit = kafka.features().transactionVersion >= 2;
      await write(1, 'aborted', 0);
      await end(false);
      await write(1, 'committed', implicit ? 0 : 1);
      await end(true);
      await until(async () => (await fetchAll(1, from)).lastStableOffset === from + 4);
      const { records, abortedTransactions } = await fetchAll(1, from);
      expect(abortedTransactions).toEqual([{ producerId: producer.producerId, firstOffset: from }]);
      const controls: unknown[] = [];
      const { nextOffset } = decodeRecords(records, from, ({ controlType }) => {
        controls.push(controlType);
        return true;
      });
      expect(controls).toEqual([undefined, 'abort', undefined, 'commit']);
      expect(nextOffset).toBe(from + 4);
    });

    it('commits offsets of a member, and refuses those of an older generation', async () => {
      await init();
      const groupNode = await coordinator(group, 'group');
      const joined = await join(groupNode);
      const commit = async (generationId: number): Promise<number | undefined> => {
        if (kafka.features().transactionVersion < 2) {
          await until(async () => {
            const added = await kafka.request(node, 'transaction', 'AddOffsetsToTxn', {
              transactionalId,
              ...producer,
              groupId: group,
            });
            return added.errorCode === 0;
          });
        }
        const { partitions } = await kafka.request(groupNode, 'heartbeat', 'TxnOffsetCommit', {
          transactionalId,
          ...producer,
          groupId: group,
          generationId,
          memberId: joined.memberId,
          groupInstanceId: null,
          offsets: [{ topic, partition: 0, offset: 7, leaderEpoch: 0, metadata: 'meta' }],
        });
        return partitions[0]?.errorCode;
      };
      await until(async () => (await commit(joined.generationId)) === 0);
      expect(await commit(joined.generationId + 5)).toBe(22);
      const pending = { groupId: group, partitions: [{ topic, partition: 0 }], requireStable: true };
      expect((await kafka.request(groupNode, 'heartbeat', 'OffsetFetch', pending)).partitions).toMatchObject([
        { errorCode: 88 },
      ]);
      await end(true);
      await until(async () => {
        const { partitions } = await kafka.request(groupNode, 'heartbeat', 'OffsetFetch', pending);
        return partitions[0]?.errorCode === 0;
      });
      const all = await kafka.request(groupNode, 'heartbeat', 'OffsetFetch', { ...pending, partitions: null });
      expect(all.partitions).toEqual([
        { topic, partition: 0, offset: 7, leaderEpoch: 0, metadata: 'meta', errorCode: 0 },
      ]);
      await leave(groupNode, joined.memberId);
    });
  });

  async function join(node: number): Promise<ResponseOf<'JoinGroup'>> {
    const request = (memberId: string): RequestOf<'JoinGroup'> => ({
      groupId: group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'stream', metadata: Buffer.from('000100000000ffffffff00000000', 'hex') }],
      reason: 'test',
    });
    let first = await kafka.request(node, 'membership', 'JoinGroup', request(''));
    await until(async () => {
      if (!COORDINATOR_COMING.includes(first.errorCode)) return true;
      first = await kafka.request(node, 'membership', 'JoinGroup', request(''));
      return false;
    });
    expect(first).toMatchObject({ errorCode: 79, memberId: expect.stringMatching(/^millrace-test-/) });
    const joined = await kafka.request(node, 'membership', 'JoinGroup', request(first.memberId));
    expect(joined).toMatchObject({ errorCode: 0, protocolName: 'stream', leader: joined.memberId });
    const synced = await kafka.request(node, 'membership', 'SyncGroup', {
      groupId: group,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocolName: 'stream',
      assignments: [{ memberId: joined.memberId, assignment: Buffer.from('mine') }],
    });
    expect(synced).toEqual({ errorCode: 0, assignment: Buffer.from('mine') });
    return joined;
  }

  async function leave(node: number, memberId: string): Promise<void> {
    const members = [{ memberId, groupInstanceId: null, reason: 'test is over' }];
    const left = await kafka.request(node, 'membership', 'LeaveGroup', { groupId: group, members });
    expect(left).toEqual({ errorCode: 0, members: [{ memberId, errorCode: 0 }] });
  }

  it('joins a group, beats, commits and leaves', async () => {
    const node = await coordinator(group, 'group');
    const { memberId, generationId, members } = await join(node);
    expect(members).toEqual([{ memberId, groupInstanceId: null, metadata: expect.any(Buffer) }]);
    const member = { groupId: group, generationId, memberId, groupInstanceId: null };
    expect(await kafka.request(node, 'heartbeat', 'Heartbeat', member)).toEqual({ errorCode: 0 });
    const offsets = [{ topic, partition: 1, offset: 3, leaderEpoch: -1, metadata: '' }];
    const committed = await kafka.request(node, 'heartbeat', 'OffsetCommit', { ...member, offsets });
    expect(committed.partitions).toEqual([{ topic, partition: 1, errorCode: 0 }]);
    const stale = await kafka.request(node, 'heartbeat', 'Heartbeat', { ...member, generationId: generationId - 1 });
    expect(stale).toEqual({ errorCode: 22 });
    await leave(node, memberId);
    expect((await kafka.request(node, 'admin', 'DeleteGroups', { groups: [group] })).groups).toEqual([
      { groupId: group, errorCode: 0 },
    ]);
  });

  it('describes, extends and empties topics, and deletes them', async () => {
    const name = `wire-admin-${run}`;
    await createTopic(name, { 'cleanup.policy': 'compact', 'segment.ms': '3600000' });
    const { topics } = await ask('DescribeConfigs', { topics: [name] });
    expect(topics).toMatchObject([
      { name, errorCode: 0, configs: { 'cleanup.policy': 'compact', 'segment.ms': '3600000' } },
    ]);
    const extended = { topics: [{ name, count: 3 }], timeoutMs: 10_000 };
    expect((await ask('CreatePartitions', extended)).topics).toEqual([{ name, errorCode: 0, errorMessage: null }]);
    expect((await ask('CreatePartitions', extended)).topics).toMatchObject([
      { errorCode: 37, errorMessage: expect.any(String) },
    ]);
    const deleted = { partitions: [{ topic, partition: 0, offset: 10 }], timeoutMs: 10_000 };
    expect((await ask('DeleteRecords', deleted)).partitions).toEqual([
      { topic, partition: 0, errorCode: 0, lowWatermark: 10 },
    ]);
    expect((await ask('DeleteTopics', { topics: [name], timeoutMs: 10_000 })).topics).toEqual([
      { name, errorCode: 0, errorMessage: null },
    ]);
  });

  it('says so when nobody listens', async () => {
    const [host] = brokers[0]!.split(':');
    const nobody = createKafkaTransport({
      brokers: [`${host}:1`],
      clientId: 'x',
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    });
    await expect(nobody.connect()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE', kind: 'unavailable' });
    await nobody.close();
  });

  it('rejects what is under way when it is closed', async () => {
    const other = connectTransport();
    await other.connect();
    const fetching = other.request('any', 'fetch', 'Fetch', {
      isolation: 'read_committed',
      maxWaitMs: 5000,
      minBytes: 1 << 20,
      maxBytes: 1 << 20,
      partitions: [{ topic, partition: 1, fetchOffset: 0, maxBytes: 1, currentLeaderEpoch: -1 }],
    });
    const rejected = expect(fetching).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await other.close();
    await rejected;
    await expect(other.request('any', 'admin', 'Metadata', { topics: [] })).rejects.toThrow('closed');
  });
});
