import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import sales from '../../../topologies/sales/topology.js';
import { cli, type CliAnswer } from '../../support/cli.js';

const TOPOLOGY = join(import.meta.dirname, '../../../topologies/sales/topology.ts');
let stateDir: string;

const plan = (...args: string[]): Promise<CliAnswer> => cli('plan', TOPOLOGY, '--state-dir', stateDir, ...args);

async function verdicts(...args: string[]): Promise<string[]> {
  const rows = JSON.parse((await plan('-o', 'json', ...args)).out) as { what: string; verdict: string }[];
  return [...new Set(rows.map(({ what, verdict }) => `${what} ${verdict}`))];
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-plan-'));
});
afterAll(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

describe('millrace plan', () => {
  it('creates all where nothing is, and makes nothing itself', async () => {
    expect(await verdicts()).toContain('topic created');
    expect(await verdicts()).toContain('topic created');
  });

  it('finds the topics and the stores of a build that has run, also while it runs', async () => {
    const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
    const app = await openMillrace({ topologies: [sales], config, log: silentLogger });
    await app.applications[0]!.waitUntilRunning();
    expect(await verdicts('--http-port', String(app.httpPort))).toContain('topic kept');
    await app.close();
    expect(await verdicts()).toEqual(expect.arrayContaining(['topic kept', 'store kept', 'tasks kept']));
  });

  it('takes what describe wrote for the build that runs', async () => {
    const file = join(stateDir, 'old.json');
    const { out } = await cli('describe', TOPOLOGY, '-o', 'json');
    await writeFile(file, out.replaceAll('"windowSizeMs": 60000', '"windowSizeMs": 30000'));
    const { code, out: rows, error } = await plan('--from', file);
    expect([code, error]).toEqual([3, expect.stringContaining('this build must not run as "sales": 1 of the above')]);
    expect(rows).toMatch(/sales-per-seller +refused +its windows were 30000 ms long/);
    expect((await plan('--from', TOPOLOGY)).code).toBe(0);
    expect((await plan('--from', join(stateDir, 'none.json'))).code).toBe(2);
  });

  it('has nothing against a topology that names everything', async () => {
    expect((await plan('--require-names')).code).toBe(0);
  });
});
