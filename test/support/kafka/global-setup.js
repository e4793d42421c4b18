import process from 'node:process';
import '../typescript.js';

/** Starts the Kafka that the integration suites share (shared-kafka.ts), unless KAFKA_BROKERS names one. */
export default async function startSharedKafka() {
  if (process.env.KAFKA_BROKERS) return;
  const { startKafka } = await import('./kafka-cluster.ts');
  globalThis.millraceSharedKafka = await startKafka();
  process.env.KAFKA_BROKERS = globalThis.millraceSharedKafka.brokers.join(',');
}
