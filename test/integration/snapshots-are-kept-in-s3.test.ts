import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, type Flags } from '../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../src/app/millrace-app.js';
import { silentLogger, type Logger } from '../../src/observability/log.js';
import { systemClock } from '../../src/util/time.js';
import sales from '../../topologies/sales/topology.js';
import { cli } from '../support/cli.js';
import { S3Server } from '../support/s3/s3-server.js';

const TOPOLOGY = join(import.meta.dirname, '../../topologies/sales/topology.ts');
const WINDOW = 1_700_000_040_000;
const PLACE = 's3://snapshots/of/all';

let server: S3Server;
let folder: string;
const said: string[] = [];
const log: Logger = { ...silentLogger, info: (_fields, message = '') => void said.push(message), child: () => log };

beforeAll(async () => {
  server = await S3Server.start();
  await server.createBucket('snapshots');
  Object.assign(process.env, server.environment);
  folder = await mkdtemp(join(tmpdir(), 'millrace-s3-snapshots-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the application while `work` does. */
async function running(stateDir: string, flags: Flags, work: (app: MillraceApp) => Promise<void>): Promise<void> {
  const config = loadConfig({}, { stateDir: join(folder, stateDir), grpcPort: '0', httpPort: '0', ...flags });
  const app = await openMillrace({ topologies: [sales], config, log });
  try {
    await app.applications[0]!.waitUntilRunning();
    await work(app);
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

describe('snapshots in S3', () => {
  it('are taken by the running process, and restored on a machine that has none of its state', async () => {
    await running('first', {}, async (app) => {
      await sell(app, 5);
      while ((await counted(app)) < 5) await systemClock.sleep(20);
      const taken = await cli('state', 'snapshot', TOPOLOGY, '--to', PLACE, '--http-port', String(app.httpPort));
      expect(taken).toMatchObject({ code: 0, error: '' });
    });
    const restored = await cli('state', 'restore', TOPOLOGY, '--from', PLACE, '--state-dir', join(folder, 'second'));
    expect(restored).toMatchObject({ code: 0, error: '' });
    expect(restored.out).toContain('1_0');
  });

  it('are where a task without state starts from', async () => {
    await rm(join(folder, 'first', 'state'), { recursive: true });
    await running('first', { snapshots: PLACE }, async (app) => {
      expect(await counted(app)).toBe(5);
      expect(said).toContain('starts from a snapshot');
    });
  });

  it('are not there where there is no such bucket', async () => {
    const { code, error } = await cli('state', 'restore', TOPOLOGY, '--from', 's3://nowhere', '--state-dir', join(folder, 'third')); // prettier-ignore
    expect([code, error]).toEqual([1, expect.stringContaining('Create the bucket')]);
  });
});
