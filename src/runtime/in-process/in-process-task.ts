import { partitionKey } from '../../broker/client/client.js';
import type { ChangelogPosition } from '../../state/store.js';
import type { StreamTask } from '../task/stream-task.js';

const FLUSH_SLICE = 1_000;

/** Drives one task without a broker: its records are given to it, and its commits go no further than its state. */
export class InProcessTask {
  constructor(readonly task: StreamTask) {}

  /** Processes up to `limit` records; false when none was left. A promise only when there was something to wait for. */
  process(limit: number): boolean | Promise<boolean> {
    const slice = this.task.process(limit);
    if (slice === 'more') return true;
    if (slice !== 'idle') return slice.then(() => true);
    return this.task.awaitedSchema === undefined ? false : this.task.awaitedSchema.then(() => this.process(limit));
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
