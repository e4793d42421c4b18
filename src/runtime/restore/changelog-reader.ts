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
const POLL_MS = 100;

interface Restoring {
  readonly described: RestoredPartition;
  readonly changelog: StoreChangelog;
  readonly state: TaskState;
  readonly restorer: StoreRestorer;
  total: number;
  cancelled: boolean;
  readonly done: (error?: unknown) => void;
}

/** One store to bring up to `changelog.endOffset`. */
export interface StoreToRestore {
  readonly taskId: string;
  readonly state: TaskState;
  readonly changelog: StoreChangelog;
}

/**
 * Brings stores up to date from their changelogs, all that restore at the moment over one reader. It reads committed
 * records only, whatever the guarantee, until the position reaches the end that was asked for; the position comes from
 * batch headers, so control batches and compacted ends count. It never ends at the last stable offset: a transaction
 * below the end whose marker is still to come is waited for.
 */
export class ChangelogReader {
  readonly #active = new Map<string, Restoring>();
  #reader: Reader | undefined;
  #pump: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly options: {
      readonly client: Pick<BrokerClient, 'reader' | 'admin'>;
      readonly clock: Clock;
      readonly log: Logger;
      readonly metrics: ApplicationMetrics;
      readonly listener: Required<RestoreListener>;
    },
  ) {}

  /** Stores that restore at the moment. */
  get size(): number {
    return this.#active.size;
  }

  /** Resolves when the store has reached its end, or was cancelled. */
  restore({ taskId, state, changelog }: StoreToRestore): Promise<void> {
    if (changelog.offset >= changelog.endOffset) return Promise.resolve();
    const { store, topic, partition, offset, endOffset } = changelog;
    const described: RestoredPartition = { taskId, store, topic, partition };
    const restorer = state.restorer(store);
    return new Promise<void>((resolve, reject) => {
      const done = (error?: unknown): void => {
        this.#active.delete(partitionKey(changelog));
        this.#reader?.remove(changelog);
        if (error === undefined) resolve();
        else reject(asError(error));
      };
      this.#active.set(partitionKey(changelog), {
        described,
        changelog,
        state,
        restorer,
        total: 0,
        cancelled: false,
        done,
      });
      this.options.listener.onRestoreStart(described, offset, endOffset);
      this.#reader ??= this.options.client.reader({ isolation: 'read_committed', channel: 'restore' });
      this.#reader.seek(changelog, offset);
      if (this.#active.size === 1) this.#pump = this.#pump.then(() => this.#run());
    });
  }

  /** Stops restoring the stores of a task: their promises resolve where they are, once nothing is under way. */
  cancel(taskId: string): void {
    for (const restoring of this.#active.values())
      if (restoring.described.taskId === taskId) restoring.cancelled = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pump;
    this.#endCancelled();
    await this.#reader?.close();
  }

  async #run(): Promise<void> {
    while (this.#active.size > 0 && !this.#closed) {
      try {
        const fetched = (await this.#reader?.poll(POLL_MS)) ?? [];
        for (const batch of fetched) await this.#take(batch);
      } catch (error) {
        await this.#recover(error);
      }
      this.#endCancelled();
      await this.options.clock.yieldToEventLoop();
    }
  }

  #endCancelled(): void {
    for (const restoring of [...this.#active.values()]) if (restoring.cancelled || this.#closed) restoring.done();
  }

  async #take(fetched: FetchedRecords): Promise<void> {
    const restoring = this.#active.get(partitionKey(fetched));
    if (!restoring) return;
    const { changelog, restorer } = restoring;
    const { records } = fetched;
    let taken = 0;
    for (let i = 0; i < records.length && records.offset(i) < changelog.endOffset; i++) {
      const keyStart = records.keyStart(i);
      if (keyStart < 0) continue; // no store writes a null key; a source topic may hold one
      const bytes = records.buffer(i);
      const valueStart = records.valueStart(i);
      restorer.restore(
        bytes.subarray(keyStart, records.keyEnd(i)),
        valueStart < 0 ? null : bytes.subarray(valueStart, records.valueEnd(i)),
        records.timestamp(i),
        records.headers(i),
      );
      taken++;
    }
    restoring.total += taken;
    const { metrics } = this.options;
    metrics.restoredRecords(restoring.described).value += taken;
    metrics.restoredBytes(restoring.described).value += records.byteLength;
    await this.#advance(restoring, Math.min(fetched.nextOffset, changelog.endOffset), taken);
  }

  async #advance(restoring: Restoring, offset: number, taken: number): Promise<void> {
    const { changelog, restorer, described } = restoring;
    const ended = offset >= changelog.endOffset;
    if (ended || restorer.bufferedBytes >= FLUSH_BYTES) {
      await restorer.flush({ topicId: changelog.topicId, leaderEpoch: changelog.leaderEpoch, offset });
    }
    changelog.offset = offset;
    this.options.listener.onBatchRestored(described, offset, taken);
    if (!ended || !this.#active.has(partitionKey(changelog))) return;
    this.options.listener.onRestoreEnd(described, restoring.total);
    restoring.done();
  }

  /** What a store stood at is gone from its log: it is rebuilt from what is there. Anything else fails every restore. */
  async #recover(error: unknown): Promise<void> {
    const lost = error instanceof OffsetOutOfRangeError ? this.#active.get(partitionKey(error)) : undefined;
    if (!lost) {
      for (const restoring of [...this.#active.values()]) restoring.done(error);
      return;
    }
    const { changelog, state, described } = lost;
    this.options.log.warn({ ...described, offset: changelog.offset }, 'the changelog was cut: rebuilding the store');
    const earliest = await this.options.client.admin.listOffsets([changelog], 'earliest');
    await state.wipe(changelog.store);
    changelog.offset = earliest.get(partitionKey(changelog)) ?? 0;
    this.#reader?.seek(changelog, changelog.offset);
  }
}
