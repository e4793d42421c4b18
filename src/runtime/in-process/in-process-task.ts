import { partitionKey } from '../../broker/client/client.js';
import type { ChangelogPosition } from '../../state/store.js';
import type { PendingBuffer } from '../../state/pending/pending-store.js';
import type { Clock } from '../../util/time.js';
import type { StreamTask } from '../task/stream-task.js';
import type { TaskLoad } from './driven-sub-topology.js';

const FLUSH_SLICE = 1_000;
const EVENTS = 1_000;
/** How often it is looked for outcomes of calls. */
const LOOK_MS = 1;

/** Drives one task without a broker: its records are given to it, and its commits go no further than its state. */
export class InProcessTask {
  /** @param pending where records of the task wait for the outcomes of calls */
  constructor(
    readonly task: StreamTask,
    private readonly pending: readonly Pick<PendingBuffer<unknown>, 'size'>[] = [],
  ) {}

  /** Of its inputs: all have the same. */
  get partition(): number {
    return this.task.inputs[0]?.partition ?? 0;
  }

  get load(): TaskLoad {
    const { state, commitNeeded } = this.task;
    return { overlayBytes: state.overlayBytes, cacheFull: state.cacheOverflowBytes > 0, commitNeeded };
  }

  /** Processes up to `limit` records; false when none was left. A promise only when there was something to wait for. */
  process(limit: number): boolean | Promise<boolean> {
    const slice = this.task.process(limit);
    if (slice === 'more') return true;
    if (slice !== 'idle') return slice.then(() => true);
    return this.task.awaitedSchema === undefined ? false : this.task.awaitedSchema.then(() => this.process(limit));
  }

  /** Processes what has come, and waits until no call to others is under way or to be made again. */
  async settle(clock: Clock): Promise<void> {
    if (this.pending.length === 0) return;
    while ((await this.process(EVENTS)) || !this.task.drained || this.pending.some(({ size }) => size > 0)) {
      await clock.sleep(LOOK_MS);
    }
  }

  /** Flushes the record caches, then makes what was written the state's base. */
  async commit(): Promise<void> {
    const { state } = this.task;
    for (let slice = this.task.flushSlice(FLUSH_SLICE); slice !== 'idle'; slice = this.task.flushSlice(FLUSH_SLICE)) {
      if (slice !== 'more') await slice;
    }
    const offsets = this.task.prepareCommit();
    state.freeze();
    const inputs = new Map(offsets.map((offset) => [partitionKey(offset), offset.offset]));
    await state.apply({ changelogs: new Map<string, ChangelogPosition>(), inputs });
  }

  async close(): Promise<void> {
    try {
      this.task.close();
    } finally {
      await this.task.state.close();
    }
  }
}
