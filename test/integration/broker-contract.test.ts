import { describe, it } from '@jest/globals';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { silentLogger as log } from '../../src/observability/log.js';
import { brokerContract } from '../../src/testing/contract/broker/broker-contract.js';
import { systemRandom as random } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';

describe('Kafka 4.3', () => {
  brokerContract({
    test: it,
    clock: systemClock,
    run: `contract-${process.pid}-${Date.now()}`,
    client: ({ clientId, clock }) => {
      const transport = createKafkaTransport({ brokers: sharedKafka(), clientId, clock: systemClock, random, log });
      return Promise.resolve(createBrokerClient({ transport, clientId, clock, random, log, metrics: noMetrics }));
    },
  });
});
