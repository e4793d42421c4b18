import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sales from '../../../topologies/sales/topology.js';
import type { Sale } from '../../../topologies/sales/sale.js';
import { recordsOf } from '../../../src/app/generator-runs.js';
import { loadConfig, type Flags } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp, type MillraceAppOptions } from '../../../src/app/millrace-app.js';
import { runCli } from '../../../src/cli/cli.js';
import { silentLogger } from '../../../src/observability/log.js';

const START = 1_700_000_040_000;
let stateDir: string;
const running: MillraceApp[] = [];

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-app-'));
});
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function start(flags: Flags = {}, more: Partial<MillraceAppOptions> = {}): Promise<MillraceApp> {
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10', ...flags });
  const app = await openMillrace({ topologies: [sales], config, log: silentLogger, ...more });
  running.push(app);
  await Promise.all(app.applications.map((application) => application.waitUntilRunning()));
  return app;
}

async function cli(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runCli(args, {
    interactive: false,
    colour: false,
    out: (text) => void (out += text),
    error: (text) => void (error += text),
  });
  return { code, out, error };
}

async function post(app: MillraceApp, sale: unknown): Promise<Response> {
  const value = typeof sale === 'string' ? sale : JSON.stringify(sale);
  return fetch(`http://127.0.0.1:${app.httpPort}/api/topics/sales-usd/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: JSON.stringify({ key: null, value }),
  });
}

/** Asks until the sum is there: what was acknowledged is processed soon, not at once. */
async function windowsOf(app: MillraceApp, key: string, total: number): Promise<string> {
  for (;;) {
    const { out, code } = await cli('query', 'windows', 'sales-per-seller', key, '-o', 'jsonl', ...address(app));
    expect(code).toBe(0);
    if (out.includes(`"total_amount_usd":${total},`)) return out;
  }
}

const address = (app: MillraceApp): string[] => ['--address', `127.0.0.1:${app.grpcPort}`];
const sale = (amount_usd: number): object => ({ seller_id: 'a', amount_usd, sale_ts: START });

describe('a process', () => {
  it('takes records over HTTP, skips malformed ones, and answers what they come to', async () => {
    const app = await start();
    for (const line of [sale(5), 'no sale', sale(7)]) expect((await post(app, line)).status).toBe(200);
    const [window] = (await windowsOf(app, 'a', 12)).split('\n');
    expect(JSON.parse(window ?? '')).toEqual({
      key: 'a',
      window_start: new Date(START).toISOString(),
      window_end: new Date(START + 60_000).toISOString(),
      value: { total_amount_usd: 12, sales: 2 },
    });
    const metrics = await (await fetch(`http://127.0.0.1:${app.httpPort}/metrics`)).text();
    expect(metrics).toMatch(/millrace_deserialization_errors_total\{[^}]*topic="sales-usd"\} 1/);
  });

  it('goes on from its state after a restart', async () => {
    const first = await start();
    await post(first, sale(5));
    await windowsOf(first, 'a', 5);
    expect(await first.close()).toBe(true);
    const second = await start();
    await post(second, sale(7));
    await windowsOf(second, 'a', 12);
  });

  it('is ready when every task runs, and lists stores and tasks', async () => {
    const app = await start();
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${app.httpPort}${path}`)).json();
    expect(await get('/readyz')).toEqual({ ready: true, applications: { sales: 'RUNNING' } });
    expect(await get('/api/stores')).toMatchObject({ stores: [{ application: 'sales', name: 'sales-per-seller' }] });
    const { tasks } = (await get('/api/tasks')) as { tasks: { taskId: string; state: string }[] };
    expect(tasks.map(({ taskId, state }) => `${taskId} ${state}`)).toContain('1_3 running');
    expect(await get('/api/stores/none/windows?key=a')).toMatchObject({ error: 'STORE_NOT_FOUND' });
  });

  it('makes up its input when asked', async () => {
    const generate = { count: 50, ratePerSecond: 0, startMs: START, options: { sellers: 1 } };
    const records = [...recordsOf(sales.generators![0]!, generate, 0)].map(({ value }) => value as Sale);
    const inFirst = records.filter(({ sale_ts }) => sale_ts >= START);
    const total = inFirst.reduce((sum, { amount_usd }) => sum + amount_usd, 0);
    await windowsOf(await start({}, { generate }), 'seller-1', total);
  });

  it('names the variable of a busy port, and leaves nothing open', async () => {
    const app = await start();
    const elsewhere = { stateDir: join(stateDir, 'other') };
    await expect(start({ ...elsewhere, grpcPort: String(app.grpcPort) })).rejects.toThrow(/gRPC server cannot listen/);
    await expect(start({ ...elsewhere, httpPort: String(app.httpPort) })).rejects.toThrow(/HTTP server cannot listen/);
    await start(elsewhere);
  });

  it('does not share its state directory', async () => {
    await start();
    await expect(start()).rejects.toThrow('in use');
  });

  it('refuses wrong options of a generator before it opens anything', async () => {
    await expect(start({}, { generate: { options: { buyers: 3 } } })).rejects.toThrow('no option "buyers"');
    await start();
  });
});

describe('the command line', () => {
  it.each([
    [['describe', 'sales', '-o', 'xml'], 2, '"xml" is not a format'],
    [['run', 'no-such-topology'], 2, 'there is no topology "no-such-topology"'],
    [['generate', 'no-such-topology'], 2, 'there is no topology'],
    [['query', 'get', 's', 'k', '--address', '127.0.0.1:1'], 1, 'nothing answers at 127.0.0.1:1'],
    [['query', 'stores', '-o', 'xml'], 2, '"xml" is not an output format'],
    [['fly'], 2, "unknown command 'fly'"],
  ])('%j ends with %i and says why', async (args, code, message) => {
    const ended = await cli(...args);
    expect(ended.code).toBe(code);
    expect(ended.error).toContain(message);
  });

  it('shows how it is used', async () => {
    const { code, out } = await cli('--help');
    expect(code).toBe(0);
    for (const command of ['run', 'describe', 'generate', 'produce', 'query']) expect(out).toContain(command);
  });
});
