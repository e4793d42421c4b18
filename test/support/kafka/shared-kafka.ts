/**
 * Brokers of the Kafka that all integration suites share: the one in KAFKA_BROKERS, else the one that global-setup.js
 * started. A suite that kills brokers starts its own (kafka-cluster.ts).
 */
export function sharedKafka(): string[] {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('No Kafka: run the suite with jest.integration.config.js, or set KAFKA_BROKERS.');
  return brokers.split(',');
}
