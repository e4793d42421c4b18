import { partitionKey, type BrokerClient, type FetchedRecords, type Reader } from '../../broker/client/client.js';
import { OffsetOutOfRangeError } from '../../broker/client/errors.js';
import type { Logger } from '../../observability/log.js';
import type { StoreRestorer, TaskState } from '../../state/task-state.js';
import type { Clock } from '../../util/time.js';
import type { ApplicationMetrics } from '../application-metrics.js';
import { asError } from '../as-error.js';
import type { StoreChangelog } from '../owned-task.js';
import type { RestoredPartition, RestoreListener } from './restore-listener.js';

/** Bytes a store may hold back before it writes them. */
const FLUSH_BYTES = 1 << 20;
/** Bytes that all stores together may hold back: with many at once each has its share. */
const ALL_FLUSH_BYTES = 16 << 20;
/** Bytes of changelog after which a store is written in any case: from there it goes on after a crash. */
const CHECKPOINT_BYTES = 32 << 20;
/** Bytes that are read ahead of each store. */
const READ_AHEAD_BYTES = 512 << 10;
const POLL_MS = 100;

/** One store to bring up to `changelog.endOffset`, or to follow. */
export interface StoreToRestore {
  readonly taskId: string;
  readonly state: Pick<TaskState, 'restorer' | 'wipe'>;
  readonly changelog: StoreChangelog;
}

interface Reading extends StoreToRestore {
  readonly described: RestoredPartition;
  restorer: StoreRestorer;
  /** Called after each batch of a store that is followed; undefined for one that is restored. */
  readonly onFollowed: (() => void) | undefined;
  total: number;
  /** Bytes of changelog since it was written last. */
  unwrittenBytes: number;
  /** Followed, and all that the last fetch could give is written. */
  caughtUp: boolean;
  cancelled: boolean;
  readonly done: (error?: unknown) => void;
}

/**
 * Brings stores up to date from their changelogs, all that restore or stand by at the moment over one reader. It reads
 * committed records only, whatever the guarantee; the position comes from batch headers, so control batches and compacted
 * ends count.
 *
 * A restore ends when the position reaches the end that was asked for. It never ends at the last stable offset: a
 * transaction below the end whose marker is still to come is waited for. A store that is followed goes on until it is
 * cancelled; where the changelog is an input of its task it stops at `endOffset`, until that is raised.
 */
export class ChangelogReader {
  readonly #active = new Map<string, Reading>();
  #reader: Reader | undefined;
  #pump: Promise<void> = Promise.resolve();
  #taking = false;
  #closed = false;
  /** The write under way, one at a time; settles, never rejects. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: {
      readonly client: Pick<BrokerClient, 'reader' | 'admin'>;
      readonly clock: Clock;
      readonly log: Logger;
      readonly metrics: ApplicationMetrics;
      readonly listener: Required<RestoreListener>;
      /** Looks for schemas that others have begun to write changelogs with. Absent: there are none. */
      readonly learnWriters?: () => Promise<void>;
    },
  ) {}

  /** Resolves when the store has reached its end, or was cancelled. */
  async restore(store: StoreToRestore): Promise<void> {
    const { offset, endOffset } = store.changelog;
    if (offset >= endOffset) return;
    this.options.listener.onRestoreStart(describe(store), offset, endOffset);
    await this.#read(store, undefined);
  }

  /** Resolves when the store was cancelled and all that was read of it is written. */
  follow(store: StoreToRestore, onFollowed: () => void): Promise<void> {
    return this.#read(store, onFollowed);
  }

  /** The ends of followed changelogs that are inputs of the task have moved: goes on up to them. */
  goOn(taskId: string): void {
    for (const { changelog, taskId: of } of this.#active.values()) {
      const parked = this.#reader?.position(changelog) === undefined;
      if (of === taskId && parked && changelog.offset < limitOf(changelog, true))
        this.#reader?.seek(changelog, changelog.offset);
    }
  }

  /** Stops reading for a task: its promises resolve where they are, once nothing is under way. */
  cancel(taskId: string): void {
    for (const reading of this.#active.values()) if (reading.taskId === taskId) reading.cancelled = true;
    if (!this.#taking) void this.#endCancelled();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pump;
    await this.#endCancelled();
    await this.#reader?.close();
  }

  #read(store: StoreToRestore, onFollowed: (() => void) | undefined): Promise<void> {
    const { state, changelog } = store;
    const key = partitionKey(changelog);
    return new Promise<void>((resolve, reject) => {
      const done = (error?: unknown): void => {
        if (this.#active.get(key) === reading) this.#remove(changelog);
        if (error === undefined) resolve();
        else reject(asError(error));
      };
      const restorer = state.restorer(changelog.store);
      const reading: Reading = {
        ...store,
        described: describe(store),
        restorer,
        onFollowed,
        total: 0,
        unwrittenBytes: 0,
        caughtUp: onFollowed !== undefined && changelog.offset >= changelog.endOffset,
        cancelled: false,
        done,
      };
      this.#active.set(key, reading);
      this.#reader ??= this.options.client.reader({
        isolation: 'read_committed',
        channel: 'restore',
        maxPartitionBytes: READ_AHEAD_BYTES,
      });
      if (changelog.offset < limitOf(changelog, onFollowed !== undefined))
        this.#reader.seek(changelog, changelog.offset);
      if (this.#active.size === 1) this.#pump = this.#pump.then(() => this.#run());
    });
  }

  #remove(changelog: StoreChangelog): void {
    this.#active.delete(partitionKey(changelog));
    this.#reader?.remove(changelog);
  }

  async #run(): Promise<void> {
    while (this.#active.size > 0 && !this.#closed) {
      const polledMs = this.options.clock.nowMs();
      try {
        const fetched = (await this.#reader?.poll(POLL_MS)) ?? [];
        this.#taking = true;
        for (const batch of fetched) {
          await this.#take(batch);
          await this.options.clock.yieldToEventLoop();
        }
        for (const { caughtUp, changelog } of this.#active.values()) if (caughtUp) changelog.caughtUpMs = polledMs;
      } catch (error) {
        await this.#recover(error);
      } finally {
        this.#taking = false;
      }
      await this.#endCancelled();
      await this.options.clock.yieldToEventLoop();
    }
  }

  async #endCancelled(): Promise<void> {
    await this.#writing;
    const ended = [...this.#active.values()].filter((reading) => reading.cancelled || this.#closed);
    for (const { changelog } of ended) this.#remove(changelog);
    for (const reading of ended) {
      try {
        if (reading.onFollowed) await this.#flush(reading);
        reading.done();
      } catch (error) {
        reading.done(error);
      }
    }
  }

  async #take(fetched: FetchedRecords): Promise<void> {
    const reading = this.#active.get(partitionKey(fetched));
    if (!reading) return;
    const { changelog, restorer, onFollowed, described } = reading;
    const limit = limitOf(changelog, onFollowed !== undefined);
    const { records } = fetched;
    if (!restorer.knowsWriters(records)) await this.options.learnWriters?.();
    const taken = restorer.restore(records, limit);
    reading.unwrittenBytes += records.byteLength;
    changelog.offset = Math.min(fetched.nextOffset, limit);
    const { metrics } = this.options;
    metrics.restoredRecords(described, onFollowed !== undefined).value += taken;
    metrics.restoredBytes(described, onFollowed !== undefined).value += records.byteLength;
    if (onFollowed) await this.#followed(reading, fetched, onFollowed);
    else await this.#restored(reading, taken);
  }

  async #restored(reading: Reading, taken: number): Promise<void> {
    const { changelog, restorer, described } = reading;
    const { listener } = this.options;
    const ended = changelog.offset >= changelog.endOffset;
    if (ended) await this.#flush(reading);
    else if (restorer.bufferedBytes >= this.#flushBytes || reading.unwrittenBytes >= CHECKPOINT_BYTES)
      await this.#flushMeanwhile(reading);
    reading.total += taken;
    listener.onBatchRestored(described, changelog.offset, taken);
    if (!ended || !this.#active.has(partitionKey(changelog))) return;
    listener.onRestoreEnd(described, reading.total);
    reading.done();
  }

  /** What has arrived is written when there is nothing more to fetch for now: a batch per commit of the owner. */
  async #followed(reading: Reading, fetched: FetchedRecords, onFollowed: () => void): Promise<void> {
    const { changelog, restorer } = reading;
    const atLimit = changelog.offset >= limitOf(changelog, true);
    if (!changelog.isInput) changelog.endOffset = Math.max(fetched.highWatermark, changelog.offset);
    else if (atLimit) this.#reader?.remove(changelog);
    const allThere = atLimit || fetched.nextOffset >= fetched.lastStableOffset;
    reading.caughtUp = false;
    if (restorer.bufferedBytes >= this.#flushBytes || (allThere && restorer.bufferedBytes > 0))
      await this.#flush(reading);
    reading.caughtUp = allThere;
    onFollowed();
  }

  get #flushBytes(): number {
    return Math.min(FLUSH_BYTES, ALL_FLUSH_BYTES / this.#active.size);
  }

  async #flush(reading: Reading): Promise<void> {
    const { written } = await this.#startFlush(reading);
    await written;
  }

  /** Goes on while it is written. */
  async #flushMeanwhile(reading: Reading): Promise<void> {
    const { written } = await this.#startFlush(reading);
    written.catch((error: unknown) => {
      reading.done(error);
    });
  }

  /** Begins to write what a store holds back: a task's positions stand in one row, so its stores are written in turns. */
  async #startFlush(reading: Reading): Promise<{ readonly written: Promise<void> }> {
    await this.#writing;
    const { restorer, changelog } = reading;
    const { topicId, leaderEpoch, offset } = changelog;
    reading.unwrittenBytes = 0;
    const written = restorer.flush({ topicId, leaderEpoch, offset });
    this.#writing = written.catch(() => undefined); // told to whoever waits for `written`
    return { written };
  }

  /** What a store stood at is gone from its log: it is rebuilt from what is there. Anything else fails every reading. */
  async #recover(error: unknown): Promise<void> {
    const lost = error instanceof OffsetOutOfRangeError ? this.#active.get(partitionKey(error)) : undefined;
    if (!lost) {
      for (const reading of [...this.#active.values()]) reading.done(error);
      return;
    }
    try {
      await this.#rebuild(lost);
    } catch (failure) {
      lost.done(failure);
    }
  }

  /** Empties a store, and reads its changelog from where that begins now. */
  async #rebuild(lost: Reading): Promise<void> {
    const { changelog, state, described } = lost;
    this.options.log.warn({ ...described, offset: changelog.offset }, 'the changelog was cut: rebuilding the store');
    await this.#writing;
    lost.caughtUp = false;
    lost.restorer = state.restorer(changelog.store); // what was held back is of a log that is no more
    const earliest = await this.options.client.admin.listOffsets([changelog], 'earliest');
    await state.wipe(changelog.store);
    changelog.offset = earliest.get(partitionKey(changelog)) ?? 0;
    this.#reader?.seek(changelog, changelog.offset);
  }
}

/** Where a reading ends; a changelog that only its task writes is followed without end. */
function limitOf({ isInput, endOffset }: StoreChangelog, following: boolean): number {
  return following && !isInput ? Infinity : endOffset;
}

function describe({ taskId, changelog: { store, topic, partition } }: StoreToRestore): RestoredPartition {
  return { taskId, store, topic, partition };
}
