import { afterAll, describe, expect, it } from '@jest/globals';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster.js';

describe('the Kafka that tests start', () => {
  let kafka: KafkaCluster | undefined;
  afterAll(() => kafka?.stop());

  it('starts with the features asked for, and is there again after a kill', async () => {
    kafka = await startKafka({ features: { 'transaction.version': 1 } });
    await kafka.kill(0);
    await kafka.start(0);
    const asked = ['--bootstrap-server', kafka.brokers[0]!, 'describe'];
    const printed = await kafka.tool('org.apache.kafka.tools.FeatureCommand', asked);
    expect(printed).toMatch(/transaction\.version.*FinalizedVersionLevel: 1/);
  });
});
