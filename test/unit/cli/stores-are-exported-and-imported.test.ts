import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { defineTopology, type TopologyDefinition } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { fileSeed } from '../../../src/connect/seed/file-seed.js';
import { silentLogger } from '../../../src/observability/log.js';
import { cli, type CliAnswer } from '../../support/cli.js';
import balances from '../../support/balances-topology.js';

const TOPOLOGY = join(import.meta.dirname, '../../support/balances-topology.ts');

let folder: string;
let stateDir: string;
let rows: string;

/** Runs the application while `work` does. */
async function running<T>(work: (app: MillraceApp) => Promise<T>, topology: TopologyDefinition = balances): Promise<T> {
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10' });
  const app = await openMillrace({ topologies: [topology], config, log: silentLogger });
  try {
    await app.applications[0]!.waitUntilRunning();
    return await work(app);
  } finally {
    await app.close();
  }
}

/** What is known of a balance. */
async function balance({ grpcPort }: MillraceApp, key: string): Promise<unknown> {
  const { out } = await cli('query', 'get', 'balances', key, '-o', 'json', '--address', `127.0.0.1:${grpcPort}`);
  const answer: unknown = out === '' ? [] : JSON.parse(out);
  const [row] = [answer].flat() as { value?: unknown }[];
  return row?.value;
}

const state = (command: string, ...args: string[]): Promise<CliAnswer> =>
  cli('state', command, TOPOLOGY, '--store', 'balances', '--state-dir', stateDir, ...args);
const nothingAnswers = ['--http-port', '1'];
const lines = async (file: string): Promise<unknown[]> =>
  (await readFile(file, 'utf8')).trim().split('\n').map((line): unknown => JSON.parse(line)); // prettier-ignore

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-stores-'));
  stateDir = join(folder, 'state-dir');
  rows = join(folder, 'rows.jsonl');
  await writeFile(rows, '{"id":"a","balance":5,"at":"2026-01-31T12:00:00Z"}\n\n{"id":"b","balance":7,"at":1000}\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('millrace state import', () => {
  const from = (): string[] => ['--from', rows, '--key', 'id', '--value', 'balance', '--timestamp', 'at'];

  it('tells what it would do, and does nothing of it', async () => {
    const { code, out, error } = await state('import', ...from());
    expect([code, error]).toEqual([0, 'nothing was done: say --execute to do it\n']);
    expect(out).toBe(`put file:${rows} into store balances of balances-of-payments\n`);
  });

  it('names the row that cannot be put', async () => {
    const { code, error } = await state('import', '--from', rows, '--execute');
    expect([code, error]).toEqual([1, expect.stringContaining('row 1 of')]);
  });

  it('seeds a store before the first start of its application', async () => {
    expect(await state('import', ...from(), '--execute')).toMatchObject({ code: 0, error: '2 rows\n' });
    await running(async (app) => {
      expect([await balance(app, 'a'), await balance(app, 'b')]).toEqual([5, 7]);
    });
  });

  it('does nothing the second time', async () => {
    const { code, error } = await state('import', ...from(), '--execute');
    expect([code, error]).toEqual([0, 'these 2 rows were put there before: nothing to do\n']);
  });

  it('is refused for a store that has data', async () => {
    const other = join(folder, 'other.jsonl');
    await writeFile(other, '{"key":"c","value":1}\n');
    expect((await state('import', '--from', other, '--execute')).code).toBe(3);
    expect(await state('import', '--from', other, '--execute', '--merge')).toMatchObject({
      code: 0,
      error: '1 rows\n',
    });
  });
});

describe('millrace state export', () => {
  const A = { key: 'a', value: 5, timestamp: Date.UTC(2026, 0, 31, 12) };
  const B = { key: 'b', value: 7, timestamp: 1_000 };

  it('writes the rows of a running application', async () => {
    const file = join(folder, 'running.jsonl');
    await running(async ({ httpPort }) => {
      const answer = await state('export', '--to', file, '--http-port', String(httpPort));
      expect(answer).toMatchObject({ code: 0, error: '3 rows\n' });
    });
    expect(await lines(file)).toEqual(expect.arrayContaining([A, B]));
  });

  it('writes the same rows of a stopped one', async () => {
    const file = join(folder, 'stopped.jsonl');
    await state('export', '--to', file, ...nothingAnswers);
    expect(await lines(file)).toEqual(await lines(join(folder, 'running.jsonl')));
  });

  it.each([
    ['avro', 'Obj\u0001'],
    ['parquet', 'PAR1'],
  ])('writes %s', async (format, magic) => {
    const file = join(folder, `rows.${format}`);
    expect((await state('export', '--to', file, ...nothingAnswers)).error).toBe('3 rows\n');
    expect((await readFile(file, 'latin1')).startsWith(magic)).toBe(true);
  });

  it.each(['jsonl', 'avro', 'parquet'])('writes %s that an import reads', async (format) => {
    const [file, again] = [join(folder, `export.${format}`), join(folder, `again-${format}.jsonl`)];
    await state('export', '--to', file, ...nothingAnswers);
    const elsewhere = ['--state-dir', join(folder, format)];
    expect((await state('import', '--from', file, '--execute', ...elsewhere)).error).toBe('3 rows\n');
    await state('export', '--to', again, ...nothingAnswers, ...elsewhere);
    expect(await lines(again)).toEqual(await lines(join(folder, 'stopped.jsonl')));
  });

  it('leaves nothing behind when it fails', async () => {
    const before = await readdir(folder);
    const { code } = await state('export', '--store', 'none', '--to', join(folder, 'none.jsonl'), ...nothingAnswers);
    expect([code, await readdir(folder)]).toEqual([1, before]);
  });
});

describe('a topology that says what its stores begin with', () => {
  it('has those rows once, however often it starts', async () => {
    stateDir = join(folder, 'bootstrapped');
    const seeds = { balances: fileSeed(rows, { key: 'id', value: 'balance' }) };
    const topology = defineTopology({ ...balances, bootstrap: seeds });
    for (const paid of [6, 7]) {
      await running(async (app) => {
        await pay(app, 'a');
        while ((await balance(app, 'a')) !== paid) await pause();
      }, topology);
    }
  });
});

/** Pays 1 to somebody. */
async function pay({ httpPort }: MillraceApp, key: string): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = JSON.stringify({ key, value: '1' });
  await fetch(`http://127.0.0.1:${httpPort}/api/topics/payments/records`, { method: 'POST', headers, body });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
