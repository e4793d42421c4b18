import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import sales from '../../../topologies/sales/topology.js';
import { cli } from '../../support/cli.js';

interface Snapshot {
  readonly state: string;
  readonly lag: number;
  readonly partitions: readonly { topic: string; committed: number | null; end: number; lag: number; member: string }[];
  readonly sub_topologies?: readonly { sub_topology: number | null; lag: number; topics: readonly string[] }[];
}

const TOPOLOGY = join(import.meta.dirname, '../../../topologies/sales/topology.ts');
let stateDir: string;
let app: MillraceApp;

const lag = (...args: string[]) => cli('lag', ...args, '--http-port', String(app.httpPort));

async function snapshot(...args: string[]): Promise<Snapshot> {
  return JSON.parse((await lag('-o', 'json', ...args)).out) as Snapshot;
}

async function sell(count: number): Promise<void> {
  const value = JSON.stringify({ seller_id: 'a', amount_usd: 1, sale_ts: 1_700_000_040_000 });
  const body = Array.from({ length: count }, () => JSON.stringify({ key: 'a', value })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/sales-usd/records`, { method: 'POST', headers, body });
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-lag-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10', instanceId: 'here' });
  app = await openMillrace({ topologies: [sales], config, log: silentLogger });
  await app.applications[0]!.waitUntilRunning();
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe('millrace lag', () => {
  it('comes to nothing where everything is processed, and names who reads each partition', async () => {
    await sell(5);
    let found = await snapshot(TOPOLOGY);
    while (found.lag > 0 || found.partitions.every(({ end }) => end === 0)) found = await snapshot(TOPOLOGY);
    expect(found.state).toBe('Stable');
    expect(new Set(found.partitions.map(({ member }) => member))).toEqual(new Set(['here']));
  });

  it('counts what waits, by sub-topology where the topology is named', async () => {
    app.applications[0]!.pause();
    await sell(7);
    const { lag: whole, sub_topologies } = await snapshot(TOPOLOGY);
    expect([whole, sub_topologies?.map((sum) => [sum.sub_topology, sum.lag])]).toEqual([7, [[0, 7], [1, 0]]]); // prettier-ignore
    expect(sub_topologies?.[0]?.topics).toEqual(['sales-usd']);
    app.applications[0]!.resume();
  });

  it('needs no topology: what the group has committed is enough', async () => {
    const { partitions, sub_topologies } = await snapshot('--application-id', 'sales');
    expect([partitions.length > 0, sub_topologies]).toEqual([true, undefined]);
    expect((await lag('--application-id', 'sales')).out).toMatch(/^sales: Stable, lag \d+ at .*\n\nTOPIC +PARTITION/);
  });

  it('looks again and again, a document a line, until it is interrupted', async () => {
    const watching = lag('--application-id', 'sales', '-o', 'jsonl', '--watch', '--interval', '1ms');
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.emit('SIGINT');
    const { code, out } = await watching;
    expect([
      code,
      out
        .split('\n')
        .filter(Boolean)
        .every((line) => 'lag' in JSON.parse(line)),
    ]).toEqual([0, true]);
  });

  it.each([
    [['--application-id', 'none'], 1, 'the broker knows no application "none"'],
    [[], 2, 'lag is asked of no application'],
    [['sales', '--watch', '-o', 'json'], 2, 'has no room'],
    [['sales', '--watch', '--interval', 'often'], 2, 'option --interval is "often"'],
  ])('ends %j with exit code %i', async (args, code, message) => {
    const ended = await lag(...args);
    expect([ended.code, ended.error]).toEqual([code, expect.stringContaining(message)]);
  });
});
