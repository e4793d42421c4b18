import { arrivalDependencies } from '../../topology/arrival.js';
import { Closing } from '../closing.js';
import type { BackfillOptions, BackfillSummary } from './backfill-options.js';
import { openBackfill, type OpenBackfill } from './open-backfill.js';

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
  const names = topics.map(({ options: { topic } }) => topic);
  let records = 0;
  let fed = Promise.resolve();
  for await (const batch of inputs.read()) {
    await fed; // the next records are read while these are processed
    fed = application.feed(batch, names);
    fed.catch(() => undefined); // it is awaited, but not at once
    records += batch.length;
    onProgress?.({ records, fraction: inputs.progress });
  }
  await fed;
  await application.finish();
  await outputs.finish();
  onProgress?.({ records, fraction: 1 });
  return { records, elapsedMs: clock.monotonicMs() - startMs, outputs: outputs.counts };
}

function tellStart({ topology, topics }: OpenBackfill, { onStart }: BackfillOptions): void {
  onStart?.({
    inputs: topics.map(({ options: { topic, source, partitions } }) => ({ topic, partitions, source: source.kind })),
    arrivalDependencies: arrivalDependencies(topology.subTopologies),
  });
}
