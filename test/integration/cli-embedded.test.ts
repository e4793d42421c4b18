import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MillraceProcess } from '../support/millrace-process.js';

const CLI = join(import.meta.dirname, '../../dist/src/cli/main.js');
const START = 1_700_000_040_000;
const RUN = ['--count', '500', '--seed', '7', '--start', String(START), '--sellers', '4'];
/** No Kafka, even where the suite has one. */
const EMBEDDED = { KAFKA_BROKERS: '' };

let folder: string;
let running: MillraceProcess;

async function cli(...args: string[]): Promise<string> {
  const env = { ...process.env, ...EMBEDDED };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env, maxBuffer: 1e8 });
  return stdout;
}

async function start(): Promise<MillraceProcess> {
  const process = await MillraceProcess.start({
    args: ['run', 'sales'],
    stateDir: join(folder, 'state'),
    env: EMBEDDED,
  });
  await process.untilReady();
  return process;
}

interface Row {
  readonly key: string;
  readonly window_start: string;
  readonly value: { readonly total_amount_usd: number; readonly sales: number };
}

/** Seller and window to sum, as the running process has it. */
async function sums(...options: string[]): Promise<Record<string, number>> {
  const address = `127.0.0.1:${running.grpcPort}`;
  const lines = await cli('query', 'windows', 'sales-per-seller', '-o', 'jsonl', '--address', address, ...options);
  const rows = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row); // prettier-ignore
  return Object.fromEntries(
    rows.map(({ key, window_start, value }) => [`${key} ${window_start}`, value.total_amount_usd]),
  );
}

async function truth(file: string): Promise<Record<string, number>> {
  const expected: Record<string, number> = {};
  for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
    const sale = JSON.parse(line) as { seller_id: string; amount_usd: number; sale_ts: number };
    const key = `${sale.seller_id} ${new Date(sale.sale_ts - (sale.sale_ts % 60_000)).toISOString()}`;
    expected[key] = (expected[key] ?? 0) + sale.amount_usd;
  }
  return expected;
}

describe('the command line on the embedded log', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
    running = await start();
  });
  afterAll(async () => {
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('generates the same bytes for the same seed, count and start', async () => {
    const files = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
    await cli('generate', 'sales', ...RUN, '--out', files[0]!);
    await cli('generate', 'sales', ...RUN, '--rate', '7', '--out', files[1]!);
    expect(await readFile(files[0]!, 'utf8')).toBe(await readFile(files[1]!, 'utf8'));
  });

  it('feeds the running process, which answers with the true sums, before and after kill -9', async () => {
    const file = join(folder, 'a.jsonl');
    await cli('generate', 'sales', ...RUN, '--rate', '0', '--http-port', String(running.httpPort));
    const expected = await truth(file);
    const complete = async (): Promise<boolean> =>
      JSON.stringify(sorted(await sums())) === JSON.stringify(sorted(expected));
    await running.until(complete, 'through with its input');
    expect(sorted(await sums('--uncommitted'))).toEqual(sorted(expected));
    await running.kill();
    running = await start();
    expect(sorted(await sums())).toEqual(sorted(expected));
    const keys = ['--key', 'seller_id', '--http-port', String(running.httpPort)];
    await cli('produce', 'sales-usd', file, ...keys);
    const doubled = Object.fromEntries(Object.entries(expected).map(([key, sum]) => [key, 2 * sum]));
    await running.until(
      async () => JSON.stringify(sorted(await sums())) === JSON.stringify(sorted(doubled)),
      'doubled',
    );
  });

  it('stops at SIGTERM with exit code 0', async () => {
    expect(await running.stop()).toBe(0);
  });
});

function sorted(sumsByKey: Record<string, number>): [string, number][] {
  return Object.entries(sumsByKey).sort(([a], [b]) => (a < b ? -1 : 1));
}
