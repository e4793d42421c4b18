import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/app/config.js';
import { defineTopology } from '../../src/app/define-topology.js';
import { long, string } from '../../src/serde/index.js';
import { BackfillFolder, type Row } from '../support/backfill/backfill-of.js';
import { kafkaTransport } from '../support/broker/kafka-under-test.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { TestCluster } from '../support/test-cluster.js';
import { partitionForKey } from '../../src/broker/client/partitioner.js';

const PARTITIONS = 3;
const topics = ['backfilled-words', 'backfilled-counts'] as const;
const words = Array.from({ length: 100 }, (_, at): Row => ({ key: `word-${at % 20}`, value: 'w', timestamp: at }));
const counting = defineTopology({
  name: 'backfilled',
  build(builder) {
    const counts = builder.stream(topics[0], { key: string(), value: string() }).groupByKey().count();
    counts.toStream().to(topics[1], { value: long() });
  },
});

describe('a backfill to topics', () => {
  let cluster: TestCluster;
  let folder: BackfillFolder;
  beforeAll(async () => {
    cluster = new TestCluster(() => kafkaTransport(sharedKafka()));
    await cluster.createTopics({ [topics[0]]: PARTITIONS });
    folder = await BackfillFolder.make({ [topics[0]]: words });
  });
  afterAll(async () => {
    await folder.remove();
    await cluster.client().admin.deleteTopics(topics);
    await cluster.close();
  });

  it('writes what the live run would, to the partitions that it would, and joins no group', async () => {
    const config = loadConfig({ KAFKA_BROKERS: sharedKafka().join(','), STATE_DIR: `${folder.path}/state` });
    const { outputs } = await folder.run(counting, { to: 'topic', config });
    const written = await cluster.read(topics[1]);
    expect(written).toHaveLength(outputs.get(topics[1]) ?? 0);
    const partitions = new Map(written.map(({ key, partition }) => [key, partition]));
    expect([...partitions].every(([key, at]) => at === partitionForKey(Buffer.from(key ?? ''), PARTITIONS))).toBe(true);
    expect(partitions.size).toBe(20);
    expect(await cluster.client().admin.describeGroup('backfilled')).toBeUndefined();
  });
});
