import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBackfill } from '../../../src/app/backfill/run-backfill.js';
import type { BackfillOptions, BackfillSummary } from '../../../src/app/backfill/backfill-options.js';
import type { TopologyDefinition } from '../../../src/app/define-topology.js';
import { loadConfig } from '../../../src/app/config.js';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';

/** A row of an input file. */
export interface Row {
  readonly key: string | null;
  readonly value: unknown;
  readonly timestamp?: number;
}

/** A folder with input files, and the results of backfills over them. */
export class BackfillFolder {
  private constructor(readonly path: string) {}

  /** @param inputs rows by topic */
  static async make(inputs: Readonly<Record<string, readonly Row[]>>): Promise<BackfillFolder> {
    const folder = new BackfillFolder(await mkdtemp(join(tmpdir(), 'backfill-')));
    for (const [topic, rows] of Object.entries(inputs)) await folder.write(topic, rows);
    return folder;
  }

  async write(topic: string, rows: readonly Row[]): Promise<void> {
    await mkdir(join(this.path, 'in', topic), { recursive: true });
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(this.path, 'in', topic, 'part.jsonl'), lines.join(''));
  }

  run(topology: TopologyDefinition, more: Partial<BackfillOptions> = {}): Promise<BackfillSummary> {
    return runBackfill({
      topology,
      from: join(this.path, 'in'),
      to: { path: join(this.path, 'out') },
      config: loadConfig({ STATE_DIR: join(this.path, 'state') }),
      clock: systemClock,
      random: seededRandom(1),
      metrics: noMetrics,
      log: silentLogger,
      ...more,
    });
  }

  /** What the last run wrote to a topic: key and value of each record. */
  async results(topic: string): Promise<(readonly [unknown, unknown])[]> {
    const text = await readFile(join(this.path, 'out', `${topic}.jsonl`), 'utf8');
    const rows = text.trimEnd().split('\n');
    return rows.map((line) => JSON.parse(line) as Row).map(({ key, value }) => [key, value] as const); // rows of a backfill
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
