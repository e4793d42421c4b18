import { processAddress } from './ask-process.js';
import { openBroker, type Surroundings } from './broker.js';
import type { Config } from './config.js';
import type { RecordSink } from './record-sink.js';
import { runningProcess } from './running-process.js';
import { TopicFeeder } from './topic-feeder.js';

/** Topics to write to, until closed. */
export interface OpenTopics extends RecordSink {
  close(): Promise<void>;
}

/** Kafka's topics where the configuration has brokers, else those of the running process on this machine. */
export async function openTopics(config: Config, surroundings: Surroundings): Promise<OpenTopics> {
  if (!config.brokers) {
    const process = runningProcess(processAddress(config));
    return { send: process.send, close: () => Promise.resolve() };
  }
  const broker = await openBroker(config, surroundings);
  const feeder = new TopicFeeder(broker.client('millrace-produce'), false);
  return {
    send: (records) => feeder.send(records),
    async close() {
      await feeder.close();
      await broker.close();
    },
  };
}
