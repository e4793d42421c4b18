import { processAddress } from '../ask-process.js';
import { openBroker, type Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import { deadLetterQueue, type DeadLetterQueue } from './dead-letter-queue.js';
import { remoteDeadLetterQueue } from './remote-dead-letter-queue.js';

/** Dead-letter topics, until closed. */
export interface OpenDeadLetters extends DeadLetterQueue {
  close(): Promise<void>;
}

/** Those of Kafka where the configuration has brokers, else of the embedded log of the running process on this machine. */
export async function openDeadLetters(config: Config, surroundings: Surroundings): Promise<OpenDeadLetters> {
  if (!config.brokers) {
    return { ...remoteDeadLetterQueue(processAddress(config)), close: () => Promise.resolve() };
  }
  const broker = await openBroker(config, surroundings);
  return { ...deadLetterQueue(broker.client('millrace-dlq')), close: () => broker.close() };
}
