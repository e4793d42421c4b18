import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deadLetterQueue } from '../../src/app/dead-letters/dead-letter-queue.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import type { ErrorPolicies } from '../../src/runtime/task/error-policy.js';
import { string } from '../../src/serde/primitives.js';
import { Topology } from '../../src/topology/topology.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { poisonedOrders, poisonedTopology } from '../support/poisoned-records.js';
import { testApplication } from '../support/running-application.js';
import { TestCluster } from '../support/test-cluster.js';

const COUNT = 100_000;
const text = { key: string(), value: string() };
const brokers = sharedKafka();

describe('poison records on a real Kafka', () => {
  let cluster: TestCluster;
  let id: string;
  let app: StreamsApplication;

  beforeEach(() => {
    id = `poison-${systemRandom.uuid().slice(0, 8)}`;
    const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
    cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'poison', ...surroundings }));
  });
  afterEach(async () => {
    await app.close({ timeoutMs: 5_000, leaveGroup: true });
    await cluster.close();
  });

  const policies = (): ErrorPolicies => {
    const toDlq = { deadLetter: `${id}-dlq` };
    return { deserialization: toDlq, processing: toDlq, production: toDlq };
  };

  it('become dead letters, all of them and no others, and the rest counts exactly once', async () => {
    const { records, poison } = poisonedOrders(COUNT);
    await cluster.createTopics({ [`${id}-in`]: 4, [`${id}-dlq`]: 2 });
    const client = cluster.client();
    await client.admin.createTopics([{ name: `${id}-out`, partitions: 4, configs: { 'max.message.bytes': '1000' } }]);
    await cluster.produce(`${id}-in`, records);
    app = testApplication({ applicationId: id, topology: poisonedTopology(id), client, errorPolicies: policies() });
    await app.start();
    const good = COUNT - poison.length;
    const out = await cluster.readUntil(`${id}-out`, (found) => found.length >= good);
    const dead = await cluster.readUntil(`${id}-dlq`, (found) => found.length >= poison.length);
    expect([out.length, new Set(out.map(({ value }) => value)).size]).toEqual([good, good]);
    expect(dead.map(({ value }) => value).sort()).toEqual([...poison].sort());
    const exceptions = new Set<string | null>();
    for await (const { exception } of deadLetterQueue(client).list(`${id}-dlq`, [])) exceptions.add(exception);
    expect([...exceptions].sort()).toEqual(['RangeError', 'RecordTooLargeError', 'SerdeError']);
  }, 300_000);

  it('go on to a dead-letter topic where a repartition topic refuses their size or their time', async () => {
    const topology = new Topology()
      .addSource('source', {
        topics: `${id}-in`,
        ...text,
        timestampExtractor: ({ value, timestamp }) => (value === 'future' ? Date.UTC(2999, 0) : timestamp),
      })
      .addRepartitionTopic('again', undefined)
      .addSink('to-again', { topic: 'again', parents: 'source', ...text })
      .addSource('from-again', { topics: 'again', ...text })
      .addSink('sink', { topic: `${id}-out`, parents: 'from-again', ...text })
      .build();
    await cluster.createTopics({ [`${id}-in`]: 1, [`${id}-out`]: 1, [`${id}-dlq`]: 1 });
    const client = cluster.client();
    const configs = { 'cleanup.policy': 'delete', 'max.message.bytes': '1000' };
    await client.admin.createTopics([{ name: `${id}-again`, partitions: 1, configs }]);
    const large = 'x'.repeat(2_000);
    const values = ['a', 'future', 'b', large, 'c'];
    await cluster.produce(
      `${id}-in`,
      values.map((value) => ['k', value] as const),
    );
    app = testApplication({ applicationId: id, topology, client, errorPolicies: policies() });
    await app.start();
    const out = await cluster.readUntil(`${id}-out`, (found) => found.length >= 3);
    const dead = await cluster.readUntil(`${id}-dlq`, (found) => found.length >= 2);
    expect(out.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
    expect(dead.map(({ value }) => value)).toEqual(['future', large]);
  }, 120_000);
});
