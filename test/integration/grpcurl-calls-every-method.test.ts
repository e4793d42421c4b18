import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CALLS, type GrpcurlCall } from '../support/grpcurl/calls.js';
import { MillraceProcess } from '../support/millrace-process.js';

const PIPELINES = ['sales', 'wallets', 'page-views', 'user-features', 'money-enrichment'];

/** No Kafka, even where the suite has one. */
const EMBEDDED = { KAFKA_BROKERS: '' };

let folder: string;
let running: MillraceProcess;

interface Outcome {
  /** As grpcurl names it; undefined: OK. */
  readonly code: string | undefined;
  readonly text: string;
}

function grpcurl(
  { grpcPort }: MillraceProcess,
  { method, request, args = [] }: Pick<GrpcurlCall, 'method' | 'request' | 'args'>,
): Promise<Outcome> {
  const name = method.includes('.') ? method : `millrace.query.v1.${method}`;
  const all = ['-plaintext', ...args, '-d', JSON.stringify(request), `127.0.0.1:${grpcPort}`, name];
  return new Promise((resolve) => {
    execFile('grpcurl', all, { maxBuffer: 64 * 1_024 * 1_024 }, (_error, stdout, stderr) => {
      resolve({ code: /Code: (\w+)/.exec(stderr)?.[1], text: stdout + stderr });
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-grpcurl-'));
  running = await MillraceProcess.start({
    args: ['run', ...PIPELINES, '--generate'],
    stateDir: join(folder, 'state'),
    env: EMBEDDED,
  });
  await running.untilReady();
  const filled = [
    'balances/entries/wallet-1',
    'balances/entries/wallet-2',
    'user-stats/entries/user-1',
    'users/entries/user-1',
  ];
  for (const path of filled) await running.until(() => has(path), path);
});
afterAll(async () => {
  await running.kill();
  await rm(folder, { recursive: true, force: true });
});

async function has(path: string): Promise<boolean> {
  return (await (await fetch(`http://127.0.0.1:${running.httpPort}/api/stores/${path}`)).text()).includes('"record"');
}

describe('grpcurl, which knows the API by reflection', () => {
  it.each(CALLS.map((call) => [call.title, call] as const))('%s', async (_, call) => {
    const { code, text } = await grpcurl(running, call);
    expect(text).toMatch(call.says);
    expect(code).toBe(call.code);
  });

  it('calls every method', () => {
    const methods = new Set(CALLS.map(({ method }) => method));
    expect([...methods].filter((method) => method.startsWith('StateQueryService'))).toHaveLength(10);
    expect([...methods].filter((method) => method.startsWith('TopologyService'))).toHaveLength(5);
  });
});

describe('grpcurl, where tokens are asked for', () => {
  const STORES = { method: 'StateQueryService/ListStores', request: {} };
  const WINDOWS = { method: 'StateQueryService/FetchWindows', request: { store: 'sales-per-seller', key: 'seller-1' } };
  const TRACE = { method: 'TopologyService/TraceRecords', request: { key: 'seller-1' }, args: ['-max-time', '2'] };
  let guarded: MillraceProcess;

  const as = (token: string, call: Pick<GrpcurlCall, 'method' | 'request' | 'args'>): Promise<Outcome> =>
    grpcurl(guarded, { ...call, args: ['-H', `authorization: Bearer ${token}`, ...(call.args ?? [])] });

  beforeAll(async () => {
    const token = (name: string, roles: readonly string[]): object => ({
      ...{ name, roles },
      sha256: createHash('sha256').update(name).digest('hex'),
    });
    const tokens = [
      token('reader', ['query']),
      token('auditor', ['query', 'audit']),
      token('boss', ['query', 'admin']),
    ];
    const file = join(folder, 'access.json');
    await writeFile(file, JSON.stringify({ tokens, stores: [{ store: 'sales-per-seller', roles: ['audit'] }] }));
    guarded = await MillraceProcess.start({
      args: ['run', 'sales'],
      stateDir: join(folder, 'guarded'),
      env: { ...EMBEDDED, ACCESS_FILE: file, CALLS_PER_SECOND: '20' },
    });
    await guarded.untilReady();
  });
  afterAll(() => guarded.kill());

  it('is nobody without one, and with a wrong one', async () => {
    // Reflection asks for a token as well: these are called by what another process describes.
    expect((await grpcurl(guarded, STORES)).text).toMatch(/TOKEN_REQUIRED|the call has no token/);
    expect((await as('stranger', STORES)).text).toMatch(/TOKEN_INVALID|not valid/);
  });

  it('sees the stores that the rules give to its roles', async () => {
    expect((await as('reader', STORES)).text).not.toContain('sales-per-seller');
    expect((await as('auditor', STORES)).text).toContain('sales-per-seller');
    expect(await as('reader', WINDOWS)).toMatchObject({ code: 'PermissionDenied' });
    expect(await as('auditor', WINDOWS)).toMatchObject({ code: undefined });
  });

  it('follows records as an admin only', async () => {
    expect(await as('reader', TRACE)).toMatchObject({ code: 'PermissionDenied' });
    expect(await as('boss', TRACE)).toMatchObject({ code: 'DeadlineExceeded' });
  });

  it('is told when to come again, once it has called too often', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => as('boss', STORES)));
    expect(answers.map(({ text }) => text).join('')).toMatch(/ResourceExhausted|QUOTA/);
  });
});
