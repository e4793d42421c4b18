import type { BrokerClient, Writer } from '../../../src/broker/client/client.js';
import { partitionForKey } from '../../../src/broker/client/partitioner.js';
import { systemClock } from '../../../src/util/time.js';
import { NO_HEADERS } from '../../../src/util/headers.js';

/** Where a value that was written stands: read from there on, it is seen. */
export interface Written {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Writes values of keys, and tells up to where the topic has to be read to see them. */
export class ValueFeed {
  private constructor(
    private readonly writer: Writer,
    private readonly topic: string,
    private readonly partitions: number,
  ) {}

  static async open(client: BrokerClient, topic: string, partitions: number): Promise<ValueFeed> {
    const writer = client.writer({});
    await writer.init();
    return new ValueFeed(writer, topic, partitions);
  }

  /** Resolves when the broker has all of them. */
  async write(values: readonly (readonly [key: string, value: number])[]): Promise<Written[]> {
    const { topic } = this;
    const partitions = values.map(([key, value]) => {
      const bytes = Buffer.from(key);
      const partition = partitionForKey(bytes, this.partitions);
      this.writer.send(topic, partition, bytes, Buffer.from(String(value)), systemClock.nowMs(), NO_HEADERS);
      return partition;
    });
    await this.writer.flush();
    return partitions.map((partition) => ({
      topic,
      partition,
      offset: this.writer.acknowledgedOffset(topic, partition) ?? 0,
    }));
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
