import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { brokerContract } from '../../src/testing/contract/broker/broker-contract.js';
import { systemClock } from '../../src/util/time.js';
import { kafkaClient } from '../support/broker/kafka-under-test.js';
import { type KafkaCluster, type KafkaOptions, startKafka } from '../support/kafka/kafka-cluster.js';

const older: readonly [name: string, options: KafkaOptions][] = [
  ['Kafka 4.3 with transaction.version 1', { features: { 'transaction.version': 1 } }],
  ['Kafka 3.9', { version: '3.9.1' }],
];

describe.each(older)('%s keeps the contract:', (_, options) => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka(options);
  });
  afterAll(() => kafka.stop());

  brokerContract({
    test: it,
    clock: systemClock,
    run: 'contract',
    sessionTimeoutMs: 1_500,
    client: ({ clientId, clock }) => Promise.resolve(kafkaClient(kafka.brokers, clientId, clock)),
  });
});
