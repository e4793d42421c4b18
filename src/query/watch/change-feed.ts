import type { ChangelogRecords } from '../../state/task-state.js';
import type { Clock } from '../../util/time.js';
import type { LoggedChange } from './change-buffer.js';
import type { ChangelogBatch } from './changelog-source.js';
import { decodeChange, type LoggedPartition } from './logged-partition.js';
import { UnpackedRecords } from './packed-records.js';

/** Whom the changes of a partition are for. */
export interface Follower {
  wants(key: Buffer): boolean;
  take(change: LoggedChange): void;
  /** All below this offset was handed over, or not wanted. */
  advanced(partition: number, nextOffset: number): void;
  readonly filling: boolean;
  /** Resolves when it is not filling. */
  room(): Promise<void>;
  failed(error: unknown): void;
}

/** Changes that are handed over before others have their turn. */
const SLICE = 200;
/** How long those who keep up wait for one who does not; then no more until it has caught up. */
const PATIENCE_MS = 100;

/** A reading of the partition, and who follows it: all below `position` was handed over to them. */
interface Reading {
  position: number;
  /** By follower: whether it was waited for in vain. */
  readonly followers: Map<Follower, { waitedInVain: boolean; readonly from: number }>;
}

/**
 * One partition of a changelog for all who watch it. The changes of now are read once, whoever follows; one who is behind has
 * a reading of its own, at its own pace, until that has caught up. Nothing is read while nobody follows.
 */
export class ChangeFeed {
  #live: Reading | undefined;

  constructor(
    private readonly source: LoggedPartition,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives every change from an offset on, in order, until the function that is returned is called.
   * @param end where the partition ended a moment ago: who begins there is not behind
   */
  follow(follower: Follower, offset: number, end: number): () => void {
    const as = { waitedInVain: false, from: offset };
    const reading: Reading = { position: offset, followers: new Map([[follower, as]]) };
    if (this.#live !== undefined && this.#live.position <= offset) this.#live.followers.set(follower, as);
    else {
      if (offset >= end) this.#live ??= reading;
      void this.#run(reading);
    }
    return () => {
      reading.followers.delete(follower);
      this.#live?.followers.delete(follower);
    };
  }

  async #run(reading: Reading): Promise<void> {
    try {
      for await (const batch of this.source.read(reading.position)) {
        await this.#handOver(batch, reading);
        if (reading.followers.size === 0) {
          this.#end(reading); // before anything is awaited: nobody may join a reading that ends
          return;
        }
        if (reading === this.#live) continue;
        if (this.#live === undefined) {
          if (batch.caughtUp) this.#live = reading;
        } else if (reading.position >= this.#live.position) {
          for (const follower of reading.followers.keys())
            this.#live.followers.set(follower, { waitedInVain: false, from: reading.position });
          return;
        }
      }
    } catch (error) {
      for (const follower of reading.followers.keys()) follower.failed(error);
      this.#end(reading);
    }
  }

  #end(reading: Reading): void {
    if (this.#live === reading) this.#live = undefined;
  }

  async #handOver({ records: packed, nextOffset }: ChangelogBatch, reading: Reading): Promise<void> {
    const records = new UnpackedRecords(packed);
    for (let index = 0; index < records.length && reading.followers.size > 0; index++) {
      // From here to the next record nothing is awaited: who joins meanwhile joins at `position`.
      const pending = this.#give(records, index, reading);
      if (pending !== undefined) {
        await pending;
        index--;
        continue;
      }
      reading.position = records.offset(index) + 1;
      if (index % SLICE === SLICE - 1) await this.clock.yieldToEventLoop();
      if (anyFilling(reading)) await this.#pace(reading);
    }
    reading.position = Math.max(reading.position, nextOffset);
    for (const follower of reading.followers.keys()) follower.advanced(this.source.partition, reading.position);
  }

  /** Hands one record over, or gives what has to be waited for before that. */
  #give(records: ChangelogRecords, index: number, { followers }: Reading): Promise<void> | undefined {
    if (records.keyStart(index) < 0) return undefined; // of a source topic: no row
    const [offset, key] = [records.offset(index), this.source.rows.keyBytes(records, index)];
    let change: LoggedChange | undefined;
    for (const [follower, { from }] of followers) {
      if (offset < from || !follower.wants(key)) continue;
      if (change === undefined) {
        const decoded = decodeChange(this.source, records, index);
        if (decoded === undefined || decoded instanceof Promise) return decoded;
        change = decoded;
      }
      follower.take(change);
    }
    return undefined;
  }

  /** One who is behind goes at its pace; those of now wait a moment for one that is slow, and then leave it to its buffer. */
  async #pace(reading: Reading): Promise<void> {
    for (const [follower, as] of reading.followers) as.waitedInVain &&= follower.filling;
    const slow = [...reading.followers].filter(([follower, as]) => follower.filling && !as.waitedInVain);
    if (slow.length === 0) return;
    const room = Promise.all(slow.map(([follower]) => follower.room()));
    if (reading !== this.#live) {
      await room;
      return;
    }
    const patience = new AbortController();
    await Promise.race([room, this.clock.sleep(PATIENCE_MS, patience.signal)]);
    patience.abort();
    for (const [follower, as] of slow) as.waitedInVain = follower.filling;
  }
}

function anyFilling({ followers }: Reading): boolean {
  for (const follower of followers.keys()) if (follower.filling) return true;
  return false;
}
