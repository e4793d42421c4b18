import { partitionKey, type Reader } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { PartitionReading } from './partition-reading.js';

const POLL_MS = 100;

/** One reader for many who each read a partition of their own, at their own pace: a fetch asks for all of them at once. */
export class SharedReader {
  readonly #readings = new Map<string, PartitionReading>();
  #pump: Promise<void> = Promise.resolve();

  constructor(
    private readonly reader: Reader,
    private readonly clock: Clock,
  ) {}

  /** Whether somebody reads the partition: it has one position here. */
  reads(partition: TopicPartition): boolean {
    return this.#readings.has(partitionKey(partition));
  }

  open(partition: TopicPartition, offset: number): PartitionReading {
    const reading = new PartitionReading(partition, this.clock);
    this.#readings.set(partitionKey(partition), reading);
    this.reader.seek(partition, offset);
    if (this.#readings.size === 1) this.#pump = this.#pump.then(() => this.#run());
    return reading;
  }

  /** What was fetched was taken: more may be fetched. */
  goOn({ partition }: PartitionReading): void {
    this.reader.resume(partition);
  }

  end({ partition }: PartitionReading): void {
    this.#readings.delete(partitionKey(partition));
    this.reader.resume(partition); // else it would be paused for the next one
    this.reader.remove(partition);
  }

  async close(): Promise<void> {
    this.#readings.clear();
    await this.#pump;
    await this.reader.close();
  }

  async #run(): Promise<void> {
    while (this.#readings.size > 0) {
      try {
        for (const fetched of await this.reader.poll(POLL_MS)) {
          const reading = this.#readings.get(partitionKey(fetched));
          if (reading === undefined) continue;
          this.reader.pause(fetched); // until it is taken
          reading.put(fetched);
        }
      } catch (error) {
        this.#fail(error);
      }
      await this.clock.yieldToEventLoop();
    }
  }

  /** Fails who reads the partition that the error is of; all, if it is of none. */
  #fail(error: unknown): void {
    const { topic, partition } = error instanceof MillraceError ? error.context : {};
    const failed = this.#readings.get(`${String(topic)}-${String(partition)}`);
    for (const reading of failed ? [failed] : this.#readings.values()) {
      this.end(reading);
      reading.fail(error);
    }
  }
}
