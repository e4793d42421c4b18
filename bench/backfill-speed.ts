import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/app/config.js';
import { runBackfill } from '../src/app/backfill/run-backfill.js';
import { silentLogger } from '../src/observability/log.js';
import { noMetrics } from '../src/observability/metrics.js';
import { systemRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';
import { writeFacts } from '../test/support/backfill/fact-files.js';
import { runOverLog } from '../test/support/backfill/live-run.js';
import { facts, payments, shuffled } from '../test/support/backfill/payments.js';

/*
 * Records per second, of wall clock and of CPU, of the same topology over the same records: live, exactly once, from an embedded
 * log in a folder that holds them all; and as a backfill from files in which they are shuffled, in one thread and in one for
 * each processor.
 *
 *     node --import ./test/support/typescript.js bench/backfill-speed.ts [RECORDS]
 */
const records = Number(process.argv[2] ?? 200_000);
const WARM_UP = 5_000;
const folder = await mkdtemp(join(tmpdir(), 'backfill-speed-'));
const runs = {
  live: overLog,
  backfill: overFiles(1),
  [`backfill, ${String(availableParallelism())} threads`]: overFiles(availableParallelism()),
};

for (const [name, run] of Object.entries(runs)) await run(join(folder, `${name}-warm-up`), WARM_UP);
for (const [name, run] of Object.entries(runs))
  await measured(name, (ready) => run(join(folder, name), records, ready));
await rm(folder, { recursive: true });

async function overLog(directory: string, count: number, ready?: () => void): Promise<void> {
  await runOverLog({ definition: payments, facts: facts(count, 1), partitions: 4, directory, ready });
}

function overFiles(threads: number) {
  return async (directory: string, count: number, ready?: () => void): Promise<void> => {
    const from = join(directory, 'in');
    await writeFacts(from, shuffled(facts(count, 1), 2));
    ready?.();
    await runBackfill({
      ...{ topology: payments, from, to: { path: join(directory, 'out') }, partitions: 4 },
      moduleUrl: new URL('../test/support/backfill/payments.ts', import.meta.url).href,
      threads,
      config: loadConfig({ STATE_DIR: join(directory, 'state') }),
      ...{ clock: systemClock, random: systemRandom, metrics: noMetrics, log: silentLogger },
    });
  };
}

/** Measures a run from when it says that it is ready. */
async function measured(name: string, run: (ready: () => void) => Promise<void>): Promise<void> {
  let [cpu, startMs] = [process.cpuUsage(), systemClock.monotonicMs()];
  await run(() => {
    [cpu, startMs] = [process.cpuUsage(), systemClock.monotonicMs()];
  });
  const { user, system } = process.cpuUsage(cpu);
  const [wallS, cpuS] = [(systemClock.monotonicMs() - startMs) / 1_000, (user + system) / 1e6];
  const rates = [wallS, cpuS].map((seconds) => Math.round(records / seconds));
  console.log(`${name.padEnd(20)} ${rates[0] ?? 0} records/s, ${rates[1] ?? 0} records per second of CPU`);
}
