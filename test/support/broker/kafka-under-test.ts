import type { BrokerClient } from '../../../src/broker/client/client.js';
import { createBrokerClient } from '../../../src/broker/client/broker-client.js';
import type { Transport } from '../../../src/broker/client/transport.js';
import { createKafkaTransport } from '../../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics as metrics } from '../../../src/observability/metrics.js';
import { systemRandom as random } from '../../../src/util/random.js';
import { systemClock, type Clock } from '../../../src/util/time.js';

/** A client of a real Kafka; its connections keep the real time whatever clock the client has. */
export function kafkaClient(
  brokers: readonly string[],
  clientId: string,
  clock: Clock = systemClock,
  log = silentLogger,
): BrokerClient {
  return createBrokerClient({ transport: kafkaTransport(brokers, clientId), clientId, clock, random, log, metrics });
}

/** Connections to a real Kafka. */
export function kafkaTransport(brokers: readonly string[], clientId = 'test'): Transport {
  return createKafkaTransport({ brokers, clientId, clock: systemClock, random, log: silentLogger });
}
