import { loadConfig } from '../../../src/app/config.js';
import { runBackfill } from '../../../src/app/backfill/run-backfill.js';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import { systemRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { payments } from './payments.js';

/*
 * A process that runs the payments over files in several threads:
 * node --import typescript.js backfilling-process.ts FROM TO STATE_DIR PARTITIONS THREADS
 */
const [from = '', path = '', stateDir = '', partitions = '', threads = ''] = process.argv.slice(2);
await runBackfill({
  ...{ topology: payments, moduleUrl: new URL('./payments.ts', import.meta.url).href },
  ...{ from, to: { path }, partitions: Number(partitions), threads: Number(threads) },
  config: loadConfig({ STATE_DIR: stateDir }),
  ...{ clock: systemClock, random: systemRandom, metrics: noMetrics, log: silentLogger },
});
