import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { loadConfig } from '../src/app/config.js';
import { defineTopology } from '../src/app/define-topology.js';
import { runBackfill } from '../src/app/backfill/run-backfill.js';
import { silentLogger } from '../src/observability/log.js';
import { noMetrics } from '../src/observability/metrics.js';
import { tumbling } from '../src/processor/window/windows.js';
import { json, long, string } from '../src/serde/index.js';
import { systemRandom } from '../src/util/random.js';
import { systemClock } from '../src/util/time.js';

/*
 * Whether memory stays flat during a backfill: records in files by hour, shuffled within each, are counted by key and by minute.
 * Prints the highest resident memory of each quarter of the records; exit code 1 if that of the last is above 1.1 of the second.
 *
 *     node --import ./test/support/typescript.js bench/backfill-memory.ts [RECORDS]
 */
const records = Number(process.argv[2] ?? 10_000_000);
const HOURS = 100;
const KEYS = 10_000;
const MOST = 1.1;
const START_MS = Date.parse('2026-01-01T00:00:00Z');

const counting = defineTopology({
  name: 'counting',
  build(builder) {
    const clicks = builder.stream('clicks', { key: string(), value: json<{ page: number }>() }).groupByKey();
    clicks.count({ store: 'all' }).toStream().to('all', { value: long() });
    clicks
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .emitStrategy('onWindowClose')
      .count({ store: 'minutes', retention: '1h' })
      .toStream()
      .to('minutes', { value: long() });
  },
});

const folder = await mkdtemp(join(tmpdir(), 'backfill-memory-'));
for (let hour = 0; hour < HOURS; hour++) await writeHour(hour);
const quarters = [0, 0, 0, 0];
const summary = await runBackfill({
  ...{ topology: counting, from: join(folder, 'in'), to: { path: join(folder, 'out'), latest: true }, partitions: 4 },
  config: loadConfig({ STATE_DIR: join(folder, 'state') }),
  ...{ clock: systemClock, random: systemRandom, metrics: noMetrics, log: silentLogger },
  onProgress(progress) {
    const quarter = Math.min(3, Math.floor((4 * progress.records) / records));
    quarters[quarter] = Math.max(quarters[quarter] ?? 0, process.memoryUsage.rss());
  },
});
await rm(folder, { recursive: true });

const ratio = (quarters[3] ?? 0) / (quarters[1] ?? 1);
console.log(`${summary.records} records, ${Math.round(summary.records / (summary.elapsedMs / 1_000))} records/s`);
console.log(`highest RSS by quarter, MB: ${quarters.map((bytes) => Math.round(bytes / 1e6)).join(', ')}`);
console.log(`last to second: ${ratio.toFixed(3)}, ${ratio <= MOST ? 'flat' : `above ${MOST}`}`);
process.exitCode = ratio <= MOST ? 0 : 1;

/** An hour's share of the records; their order has nothing to do with their times. */
async function writeHour(hour: number): Promise<void> {
  const count = Math.floor((records * (hour + 1)) / HOURS) - Math.floor((records * hour) / HOURS);
  const beginMs = START_MS + hour * 3_600_000;
  const [date = '', time = ''] = new Date(beginMs).toISOString().split('T');
  const path = join(folder, 'in', 'clicks', `date=${date}`, `hour=${time.slice(0, 2)}`);
  await mkdir(path, { recursive: true });
  const file = createWriteStream(join(path, 'part.jsonl'));
  for (let index = 0; index < count; index++) {
    const timestamp = beginMs + ((index * 7_919) % 3_600_000);
    const line = JSON.stringify({ key: `key-${(index * 31) % KEYS}`, value: { page: index % 100 }, timestamp });
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
