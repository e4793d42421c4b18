import type { BrokerClient, Writer } from '../broker/client/client.js';
import { partitionForKey } from '../broker/client/partitioner.js';
import { NO_HEADERS } from '../util/headers.js';
import { invalid } from '../util/errors.js';
import type { OutgoingRecord, RecordSink } from './record-sink.js';

/** Partitions of a topic that is created because somebody wrote to it or reads it. */
export const DEFAULT_PARTITIONS = 4;

/** Puts records from outside into topics: the generator's, and those of `POST /api/topics/…`. */
export class TopicFeeder implements RecordSink {
  readonly #partitions = new Map<string, number>();
  #writer: Writer | undefined;
  #turn = 0;

  /** @param createMissing create a topic that does not exist; only the embedded log does */
  constructor(
    private readonly client: BrokerClient,
    private readonly createMissing: boolean,
  ) {}

  /**
   * Sends and waits until all are acknowledged: by key as Kafka's default partitioner, without a key in turn.
   * @throws MillraceError `TOPIC_NOT_FOUND`
   */
  readonly send = async (records: readonly OutgoingRecord[]): Promise<void> => {
    const writer = await this.#ready();
    for (const topic of new Set(records.map((record) => record.topic))) await this.#learn(topic);
    for (const { topic, key, value } of records) {
      const count = this.#partitions.get(topic) ?? 1;
      const partition = key === null ? this.#turn++ % count : partitionForKey(key, count);
      writer.send(topic, partition, key, value, -1, NO_HEADERS);
      if (writer.full) await writer.drain();
    }
    await writer.flush();
  };

  async close(): Promise<void> {
    await this.#writer?.close();
  }

  async #ready(): Promise<Writer> {
    if (this.#writer) return this.#writer;
    const writer = this.client.writer({});
    await writer.init();
    this.#writer = writer;
    return writer;
  }

  async #learn(topic: string): Promise<void> {
    if (this.#partitions.has(topic)) return;
    const { admin } = this.client;
    if (this.createMissing) await admin.createTopics([{ name: topic, partitions: DEFAULT_PARTITIONS }]);
    const description = (await admin.describeTopics([topic])).get(topic);
    if (!description) {
      throw invalid('TOPIC_NOT_FOUND', `topic "${topic}" does not exist`, {
        hint: 'Create it first, with as many partitions as it should have.',
        context: { topic },
      });
    }
    this.#partitions.set(topic, description.partitions);
  }
}
