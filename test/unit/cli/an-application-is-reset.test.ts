import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import sales from '../../../topologies/sales/topology.js';
import { cli, type CliAnswer } from '../../support/cli.js';

const TOPOLOGY = join(import.meta.dirname, '../../../topologies/sales/topology.ts');
const WINDOW = 1_700_000_040_000;
let stateDir: string;

const reset = (...args: string[]): Promise<CliAnswer> => cli('reset', TOPOLOGY, '--state-dir', stateDir, ...args);

/** Runs the application while `work` does. */
async function running<T>(work: (app: MillraceApp) => Promise<T>): Promise<T> {
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10' });
  const app = await openMillrace({ topologies: [sales], config, log: silentLogger });
  try {
    await app.applications[0]!.waitUntilRunning();
    return await work(app);
  } finally {
    await app.close();
  }
}

async function sell(app: MillraceApp, count: number): Promise<void> {
  const value = JSON.stringify({ seller_id: 'a', amount_usd: 1, sale_ts: WINDOW });
  const body = Array.from({ length: count }, () => JSON.stringify({ key: 'a', value })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/sales-usd/records`, { method: 'POST', headers, body });
}

/** The number of sales that are counted, once nothing is left to be processed. */
async function counted(app: MillraceApp): Promise<number> {
  let lag = 1;
  while (lag > 0) {
    const { out } = await cli('lag', TOPOLOGY, '-o', 'json', '--http-port', String(app.httpPort));
    ({ lag } = JSON.parse(out) as { lag: number });
  }
  const { out } = await cli('query', 'windows', 'sales-per-seller', '-o', 'jsonl', '--address', `127.0.0.1:${app.grpcPort}`); // prettier-ignore
  return out === '' ? 0 : (JSON.parse(out) as { value: { sales: number } }).value.sales;
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-reset-'));
});
afterAll(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

describe('millrace reset', () => {
  it('is refused while a process holds the state directory', async () => {
    await running(async (app) => {
      await sell(app, 5);
      expect(await counted(app)).toBe(5);
      const { code, error } = await reset();
      expect([code, error]).toEqual([1, expect.stringContaining('in use by another process')]);
    });
  });

  it('tells what it would do, and does nothing of it', async () => {
    const { code, out, error } = await reset();
    expect([code, error]).toEqual([0, 'nothing was done: say --execute to do it\n']);
    const state = join(stateDir, 'state/sales');
    expect(out).toContain(`delete folder  ${state}\n`);
    expect(out).toMatch(/delete topic {3}sales-\S+-repartition\n/);
    expect(out).toContain('delete topic   sales-sales-per-seller-changelog\n');
    expect(out).toContain('delete group   sales\n');
    expect(out).toMatch(/sales-usd {2}\d {10}5 {10}0\n/);
    expect(existsSync(state)).toBe(true);
  });

  it('makes the application process its input again, when it is told to', async () => {
    expect((await reset('--execute')).error).toBe('done\n');
    expect(existsSync(join(stateDir, 'state/sales'))).toBe(false);
    await running(async (app) => {
      await sell(app, 1);
      expect(await counted(app)).toBe(6);
    });
  });

  it('starts at the end, without state, when it is told to', async () => {
    await reset('--to', 'latest', '--execute');
    await running(async (app) => {
      expect(await counted(app)).toBe(0);
      await sell(app, 2);
      expect(await counted(app)).toBe(2);
    });
  });

  it('keeps the state, and only goes back, with --keep-internal', async () => {
    const { out } = await reset('--shift-by', '-2', '--keep-internal', '--execute', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ folders: [], topics: [], deleteGroup: false });
    await running(async (app) => {
      expect(await counted(app)).toBe(4);
    });
  });

  it.each([
    [['--to', 'middle'], 'option --to is "middle"'],
    [['--to', 'latest', '--to-offset', '3'], 'more than one place'],
    [['--to-time', 'yesterday'], 'option --to-time is "yesterday"'],
    [['--by-duration', 'long'], 'option --by-duration is "long"'],
    [['--to-offset', '-3'], 'option --to-offset is "-3"'],
    [['--application-id', '../elsewhere'], 'expected letters, digits'],
  ])('ends %j with exit code 2', async (args, message) => {
    const { code, error } = await reset(...args);
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
  });

  it('does not make an embedded log where there is none', async () => {
    const { code, error } = await reset('--state-dir', join(stateDir, 'none'));
    expect([code, error]).toEqual([1, expect.stringContaining('there is no embedded log')]);
  });
});
