import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTaskState } from './open-task-state.js';
import { storeRows, type StoreRow } from './store-rows.js';
import type { StoreContext, StoreDefinition } from './store.js';
import type { ChangelogRecords } from './task-state.js';

/** Records of a changelog, of which those below an offset are meant. */
export interface ReplayedBatch {
  readonly records: ChangelogRecords;
  readonly before: number;
}

/** Bytes that are restored before they are written to disk. */
const FLUSH_BYTES = 1 << 20;

/**
 * The rows that a changelog comes to, restored into a temporary folder as a task would restore them: what has expired is left
 * out, and memory does not grow with the changelog.
 */
export async function* replayedRows(
  definition: StoreDefinition,
  batches: AsyncIterable<ReplayedBatch>,
): AsyncGenerator<StoreRow, void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-replay-'));
  try {
    const directory = join(folder, 'state');
    const state = await openTaskState({ directory, definitions: [definition], context: READING, cacheMaxBytes: 0 });
    try {
      const restorer = state.restorer(definition.name);
      const flush = (): Promise<void> => restorer.flush({ topicId: '', leaderEpoch: -1, offset: 0 });
      for await (const { records, before } of batches) {
        restorer.restore(records, before);
        if (restorer.bufferedBytes >= FLUSH_BYTES) await flush();
      }
      await flush();
      const store = state.stores.get(definition.name);
      if (store !== undefined) yield* storeRows(store);
    } finally {
      await state.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing is processed and nothing is logged here. */
const READING: StoreContext = {
  taskId: 'replay',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};
