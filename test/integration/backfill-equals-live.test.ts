import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/app/config.js';
import { runBackfill } from '../../src/app/backfill/run-backfill.js';
import type { BackfillSummary } from '../../src/app/backfill/backfill-options.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { seededRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { writeFacts } from '../support/backfill/fact-files.js';
import { runLive } from '../support/backfill/live-run.js';
import { arriving, facts, PAYMENT_OUTPUTS, payments, shuffled } from '../support/backfill/payments.js';

/** `BACKFILL_RECORDS=200000` for the whole of it. */
const RECORDS = Number(process.env.BACKFILL_RECORDS ?? 20_000);
const PARTITIONS = 4;
const OUTPUTS = PAYMENT_OUTPUTS;
const DELAY_MS = 10 * 60_000;
const given = facts(RECORDS, 1);

describe('a backfill', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-'));
    const [to, directory] = [join(folder, 'live'), join(folder, 'sort')];
    await mkdir(directory);
    await runLive({
      definition: payments,
      facts: arriving(given, DELAY_MS, 2),
      outputs: OUTPUTS,
      partitions: PARTITIONS,
      to,
      directory,
    });
    await backfill('backfill', 3);
  }, 3_600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(OUTPUTS)('gives the bytes of the live run: %s', async (topic) => {
    const live = await results('live', topic);
    expect(live.length).toBeGreaterThan(100);
    expect((await results('backfill', topic)).equals(live)).toBe(true);
  });

  it('gives the same whatever the order of its files’ rows', async () => {
    await backfill('again', 4);
    for (const topic of OUTPUTS) {
      expect((await results('again', topic)).equals(await results('backfill', topic))).toBe(true);
    }
  }, 3_600_000);

  it('gives the same in several threads', async () => {
    const script = ['--import', './test/support/typescript.js', './test/support/backfill/backfilling-process.ts'];
    const folders = ['backfill-in', 'threads', 'state'].map((name) => join(folder, name));
    const child = spawn(process.execPath, [...script, ...folders, String(PARTITIONS), '3'], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([0, null]);
    for (const topic of OUTPUTS) {
      expect((await results('threads', topic)).equals(await results('backfill', topic))).toBe(true);
    }
  }, 3_600_000);

  async function backfill(name: string, seed: number): Promise<BackfillSummary> {
    const from = join(folder, `${name}-in`);
    await writeFacts(from, shuffled(given, seed));
    return runBackfill({
      topology: payments,
      from,
      to: { path: join(folder, name) },
      config: loadConfig({ STATE_DIR: join(folder, 'state') }),
      partitions: PARTITIONS,
      clock: systemClock,
      random: seededRandom(5),
      metrics: noMetrics,
      log: silentLogger,
    });
  }

  function results(name: string, topic: string): Promise<Buffer> {
    return readFile(join(folder, name, `${topic}.jsonl`));
  }
});
