import type { Writer } from '../../broker/client/client.js';
import type { Headers } from '../../util/headers.js';
import type { BackfillOutputs } from './backfill-outputs.js';

/** Writes the results to the topics themselves, as they come. */
export class TopicOutputs implements BackfillOutputs {
  readonly counts = new Map<string, number>();

  /** @param writer initialised, and not transactional: no transaction lasts as long as a backfill */
  constructor(private readonly writer: Writer) {}

  get full(): boolean {
    return this.writer.full;
  }

  drain(): Promise<void> {
    return this.writer.drain();
  }

  take(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
    this.writer.send(topic, partition, key, value, timestamp, headers);
  }

  finish(): Promise<void> {
    return this.writer.flush();
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
