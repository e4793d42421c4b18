import type { InputRecord } from '../../runtime/in-process/in-process-options.js';
import { arrivalDependencies } from '../../topology/arrival.js';
import { Closing } from '../closing.js';
import type { BackfillInput } from './backfill-input.js';
import type { BackfillOptions, BackfillSummary } from './backfill-options.js';
import { openBackfill, type OpenBackfill } from './open-backfill.js';
import type { StoredRecord } from './stored-record.js';

/**
 * Runs a topology over the records of its backfill sources, in the order of their times, to their end: with the tasks, stores and
 * sinks of the live run, and with the same final results as a live run over the same records, in whatever order they came within
 * grace. It joins no group, and begins at the beginning each time.
 *
 * @throws MillraceError what sources, outputs and processing throw; `STATE_DIRECTORY_LOCKED` while another backfill of the
 *   topology runs
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillSummary> {
  const closing = new Closing(options.log);
  try {
    const opened = await openBackfill(options, closing);
    tellStart(opened, options);
    return await run(opened, options);
  } finally {
    await closing.run();
  }
}

async function run(opened: OpenBackfill, { clock, onProgress }: BackfillOptions): Promise<BackfillSummary> {
  const { inputs, application, outputs, topics } = opened;
  const startMs = clock.monotonicMs();
  let records = 0;
  for await (const batch of inputs.read()) {
    await application.feed(batch.map((record) => toInput(record, topics)));
    records += batch.length;
    onProgress?.({ records, fraction: inputs.progress });
  }
  await application.finish();
  await outputs.finish();
  onProgress?.({ records, fraction: 1 });
  return { records, elapsedMs: clock.monotonicMs() - startMs, outputs: outputs.counts };
}

function toInput({ topic, ...record }: StoredRecord, topics: readonly BackfillInput[]): InputRecord {
  return { ...record, topic: topics[topic]?.options.topic ?? '' };
}

function tellStart({ topology, topics }: OpenBackfill, { onStart }: BackfillOptions): void {
  onStart?.({
    inputs: topics.map(({ options: { topic, source, partitions } }) => ({ topic, partitions, source: source.kind })),
    arrivalDependencies: arrivalDependencies(topology.subTopologies),
  });
}
