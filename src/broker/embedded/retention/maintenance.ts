import type { CancelTimer, Clock } from '../../../util/time.js';
import type { PartitionLog } from '../partition-log.js';
import type { BrokerStorage } from '../storage/broker-storage.js';
import type { TopicConfig } from '../topic-config.js';
import type { Topic, TopicRegistry } from '../topic-registry.js';
import { compactLog } from './compact-log.js';

/** Kafka's `log.retention.check.interval.ms`. */
const INTERVAL_MS = 300_000;
/** Kafka's `producer.id.expiration.ms`. */
const PRODUCER_EXPIRATION_MS = 86_400_000;

/** Keeps logs from growing without end: retention by time and size, compaction, and forgetting silent producers. */
export class Maintenance {
  #cancel: CancelTimer | undefined;
  /** One run at a time. */
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly topics: TopicRegistry,
    private readonly storage: BrokerStorage,
    private readonly clock: Clock,
  ) {}

  /** Runs every five minutes until closed. A failed write shows at the next request, so it is not reported here. */
  start(): void {
    this.#cancel = this.clock.schedule(
      INTERVAL_MS,
      () => {
        void this.run().then(
          () => {
            if (!this.#closed) this.start();
          },
          () => undefined,
        );
      },
      { unref: true },
    );
  }

  /** Does what is due, in every topic. */
  run(): Promise<void> {
    return this.#enqueue(async () => {
      for (const topic of this.topics.all()) {
        for (const log of topic.partitions) {
          if (topic.config.deleted) this.#retain(log, topic.config);
          log.expireProducers(this.clock.nowMs() - PRODUCER_EXPIRATION_MS);
          if (topic.config.compacted && log.dirtyRatio >= topic.config.minCleanableDirtyRatio) {
            await this.#compact(log, topic.config);
          }
        }
        await this.storage.commit();
      }
    });
  }

  /** Compacts every partition of a topic now, whatever its settings say about when. */
  compact(topic: Topic): Promise<void> {
    return this.#enqueue(async () => {
      for (const log of topic.partitions) await this.#compact(log, topic.config);
    });
  }

  /** Ends the timer and waits for a run under way, which stops after the partition it is at. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#running;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#running.then(() => (this.#closed ? undefined : work()));
    this.#running = done.catch(() => undefined);
    return done;
  }

  async #compact(log: PartitionLog, { deleteRetentionMs }: TopicConfig): Promise<void> {
    if (!this.#closed && !log.removed) await compactLog(log, { nowMs: this.clock.nowMs(), deleteRetentionMs });
  }

  /** Drops whole chunks from the start, as Kafka drops segments. */
  #retain(log: PartitionLog, { retentionMs, retentionBytes }: TopicConfig): void {
    const oldest = this.clock.nowMs() - retentionMs;
    let byteLength = log.chunks.byteLength;
    let startOffset = log.startOffset;
    for (const [index, chunk] of log.chunks.all.entries()) {
      const tooOld = retentionMs >= 0 && chunk.maxTimestamp >= 0 && chunk.maxTimestamp < oldest;
      const tooMuch = retentionBytes >= 0 && byteLength - chunk.byteLength >= retentionBytes;
      if (!tooOld && !tooMuch) break;
      startOffset = log.chunks.all[index + 1]?.baseOffset ?? log.endOffset;
      byteLength -= chunk.byteLength;
    }
    log.truncateBefore(Math.min(startOffset, log.lastStableOffset));
  }
}
