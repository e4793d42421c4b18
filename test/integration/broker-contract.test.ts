import { describe, it } from '@jest/globals';
import { brokerContract } from '../../src/testing/contract/broker/broker-contract.js';
import { systemClock } from '../../src/util/time.js';
import { kafkaClient } from '../support/broker/kafka-under-test.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';

describe('Kafka 4.3 with transaction.version 2 keeps the contract:', () => {
  brokerContract({
    test: it,
    clock: systemClock,
    run: `contract-${process.pid}-${Date.now()}`,
    client: ({ clientId, clock }) => Promise.resolve(kafkaClient(sharedKafka(), clientId, clock)),
  });
});
