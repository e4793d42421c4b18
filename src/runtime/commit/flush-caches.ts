import type { OwnedTask } from '../owned-task.js';
import type { RecordWriter } from '../record-writer.js';

/** Entries flushed of one task before the writer is looked at again. */
const FLUSH_SLICE = 1_000;

/**
 * Empties the record caches of the tasks, and waits for records whose topic is still being looked up. What a flush
 * forwards may be processed asynchronously, and may fill the writer: both are waited for.
 */
export async function flushCaches(tasks: readonly OwnedTask[], records: RecordWriter): Promise<void> {
  for (const { task } of tasks) {
    for (let slice = task?.flushSlice(FLUSH_SLICE); slice !== undefined && slice !== 'idle';) {
      if (slice !== 'more') await slice;
      if (records.full) await records.drain();
      slice = task?.flushSlice(FLUSH_SLICE);
    }
  }
  await records.settle();
}
