import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, type Flags } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import { systemClock } from '../../../src/util/time.js';
import sales from '../../../topologies/sales/topology.js';
import { cli, type CliAnswer } from '../../support/cli.js';

const TOPOLOGY = join(import.meta.dirname, '../../../topologies/sales/topology.ts');
const WINDOW = 1_700_000_040_000;

let folder: string;
let stateDir: string;
let snapshots: string;

/** Runs the application while `work` does. */
async function running<T>(work: (app: MillraceApp) => Promise<T>, flags: Flags = {}): Promise<T> {
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10', ...flags });
  const app = await openMillrace({ topologies: [sales], config, log: silentLogger });
  try {
    await app.applications[0]!.waitUntilRunning();
    return await work(app);
  } finally {
    await app.close();
  }
}

async function sell({ httpPort }: MillraceApp, count: number): Promise<void> {
  const value = JSON.stringify({ seller_id: 'a', amount_usd: 1, sale_ts: WINDOW });
  const body = Array.from({ length: count }, () => JSON.stringify({ key: 'a', value })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`http://127.0.0.1:${httpPort}/api/topics/sales-usd/records`, { method: 'POST', headers, body });
}

async function counted({ grpcPort }: MillraceApp): Promise<number> {
  const { out } = await cli('query', 'windows', 'sales-per-seller', '-o', 'jsonl', '--address', `127.0.0.1:${grpcPort}`); // prettier-ignore
  return out === '' ? 0 : (JSON.parse(out) as { value: { sales: number } }).value.sales;
}

const snapshot = ({ httpPort }: MillraceApp, ...args: string[]): Promise<CliAnswer> =>
  cli('state', 'snapshot', TOPOLOGY, '--to', snapshots, '--http-port', String(httpPort), '-o', 'json', ...args);
const restore = (...args: string[]): Promise<CliAnswer> =>
  cli('state', 'restore', TOPOLOGY, '--from', snapshots, '--state-dir', stateDir, ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-snapshots-'));
  stateDir = join(folder, 'state-dir');
  snapshots = join(folder, 'snapshots');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('millrace state snapshot', () => {
  it('takes a cut of the whole application, with all that was sold behind the repartition topic', async () => {
    await running(async (app) => {
      await sell(app, 5);
      await until(() => counted(app), (count) => count === 5); // prettier-ignore
      const { code, out, error } = await snapshot(app, '--pause', '--timeout', '5m');
      expect([code, error]).toEqual([0, '']);
      const taken = JSON.parse(out) as { task: string; inputs: Record<string, number> }[];
      const repartitioned = taken.flatMap(({ inputs }) => Object.values(inputs)).reduce((sum, next) => sum + next, 0);
      expect(taken.every(({ task }) => task.startsWith('1_'))).toBe(true);
      expect(repartitioned).toBeGreaterThanOrEqual(5); // the sales, and what ends their transactions
      expect(await counted(app)).toBe(5);
    });
  });

  it('is refused by a process that runs another application', async () => {
    await running(async (app) => {
      const { code, error } = await snapshot(app, '--application-id', 'other');
      expect([code, error]).toEqual([1, expect.stringContaining('"other"')]);
    });
  });

  it.each([
    ['--keep', '0'],
    ['--timeout', 'long'],
  ])('ends with exit code 2 for %s %s', async (...option) => {
    expect((await cli('state', 'snapshot', TOPOLOGY, '--to', snapshots, ...option)).code).toBe(2);
  });
});

describe('millrace state restore', () => {
  it('is refused where there is state', async () => {
    const { code, error } = await restore();
    expect([code, error]).toEqual([3, expect.stringContaining('holds state of tasks')]);
  });

  it('gives a process the state that it goes on with', async () => {
    await rm(join(stateDir, 'state'), { recursive: true });
    expect(await restore()).toMatchObject({ code: 0, error: '' });
    await running(async (app) => {
      expect(await counted(app)).toBe(5);
    });
  });

  it('says that there is no snapshot where there is none', async () => {
    const { code, error } = await restore('--application-id', 'other');
    expect([code, error]).toEqual([1, expect.stringContaining('no snapshot of application "other"')]);
  });
});

describe('a process that is told where snapshots are', () => {
  it('takes them again and again, and keeps the newest', async () => {
    const elsewhere = join(folder, 'scheduled');
    const manifests = async (): Promise<string[]> =>
      (await readdir(join(elsewhere, 'sales', '1_0')).catch(() => [])).filter((file) => file.endsWith('.json'));
    await running(
      async () => {
        const [first] = await until(manifests, (found) => found.length > 0);
        await until(manifests, (found) => !found.includes(first!));
      },
      { snapshots: elsewhere, snapshotEveryMs: '5ms', snapshotKeep: '1' },
    );
    expect(await manifests()).toHaveLength(1);
  });

  it('has to be told where to', async () => {
    const started = running(() => Promise.resolve(), { snapshotEveryMs: '1m' });
    await expect(started).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });
});

async function until<T>(look: () => Promise<T>, enough: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (enough(found)) return found;
    await systemClock.sleep(5);
  }
}
