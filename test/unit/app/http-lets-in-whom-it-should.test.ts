import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig, type Flags } from '../../../src/app/config.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger, type Logger } from '../../../src/observability/log.js';
import { string } from '../../../src/serde/primitives.js';
import { writeAccessFile } from '../../support/access/access-file.js';

const GET = '/api/stores/words/entries/a';
const PRODUCE = '/api/topics/words/records';
const LIST = '/api/millrace.query.v1.StateQueryService/List';
const talk = defineTopology({
  name: 'talk',
  build(builder) {
    builder.table('words', { key: string(), value: string(), store: 'words' });
    builder.table('secrets', { key: string(), value: string(), store: 'secrets' });
  },
});

const folder = mkdtempSync(join(tmpdir(), 'millrace-http-'));
const lines: object[] = [];
const log: Logger = { ...silentLogger, info: (fields) => lines.push(fields), warn: (fields) => lines.push(fields), child: () => log }; // prettier-ignore
let open: MillraceApp;
let guarded: MillraceApp;

async function start(name: string, flags: Flags): Promise<MillraceApp> {
  const config = loadConfig({}, { stateDir: join(folder, name), grpcPort: '0', httpPort: '0', ...flags });
  const app = await openMillrace({ topologies: [talk], config, log });
  await app.applications[0]?.waitUntilRunning();
  return app;
}

beforeAll(async () => {
  const accessFile = join(folder, 'access.json');
  writeAccessFile(accessFile, { reader: ['query'], boss: ['admin'] }, [{ store: 'words', roles: ['*'] }]);
  open = await start('open', {});
  guarded = await start('guarded', { accessFile, corsOrigins: 'https://console.example.com' });
}, 120_000);
afterAll(async () => {
  await open.close();
  await guarded.close();
  rmSync(folder, { recursive: true });
});

function ask(
  app: MillraceApp,
  path: string,
  { token, ...init }: RequestInit & { token?: string } = {},
): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>), ...(token && { authorization: `Bearer ${token}` }) }; // as: only objects here
  return fetch(`http://127.0.0.1:${app.httpPort}${path}`, { ...init, headers });
}
const record = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"key":"a","value":"1"}' };
const statusOf = async (asked: Promise<Response>): Promise<number> => (await asked).status;
const codeOf = async (asked: Promise<Response>): Promise<string> =>
  ((await (await asked).json()) as { error: string }).error; // as: every error has one

describe('a request', () => {
  it('needs a token, and is told so', async () => {
    const refused = await ask(guarded, GET);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const wrong = await ask(guarded, GET, { token: 'wrong' });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
    expect(await statusOf(ask(guarded, GET, { token: 'reader' }))).toBe(200);
  });

  it.each(['/healthz', '/readyz', '/metrics'])('of a probe needs none: %s', async (path) => {
    expect(await statusOf(ask(guarded, path))).toBe(200);
  });

  it.each([
    [PRODUCE, record],
    ['/api/dead-letters/words', {}],
    ['/api/dead-letters/words/purge', { method: 'POST' }],
    ['/api/state/talk/stores/words/rows', {}],
    ['/api/state/talk/snapshots', { method: 'POST' }],
    ['/api/millrace.query.v1.TopologyService/TraceRecords', { method: 'POST' }],
  ])('of an admin is not for others: %s', async (path, init) => {
    expect(await codeOf(ask(guarded, path, init))).toBe('TOKEN_REQUIRED');
    expect(await codeOf(ask(guarded, path, { ...init, token: 'reader' }))).toBe('ROLE_REQUIRED');
    expect([401, 403]).not.toContain(
      await statusOf(ask(guarded, path, { ...init, token: 'boss', signal: AbortSignal.timeout(60_000) })),
    );
  });

  it('for a store of others is refused, whichever way it is asked', async () => {
    expect(await codeOf(ask(guarded, '/api/stores/secrets/entries', { token: 'reader' }))).toBe('STORE_NOT_ALLOWED');
    const body = JSON.stringify({ store: 'secrets' });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, token: 'reader' };
    expect(await codeOf(ask(guarded, LIST, init))).toBe('STORE_NOT_ALLOWED');
    expect(await (await ask(guarded, '/api/stores', { token: 'reader' })).text()).not.toContain('secrets');
  });

  it('of an admin is a line of the log, with who and what and not with what was sent', async () => {
    lines.length = 0;
    await ask(guarded, `${PRODUCE}?note=hush`, { ...record, body: '{"key":"a","value":"classified"}', token: 'boss' });
    while (!lines.some((line) => 'audit' in line)) await ask(guarded, '/healthz');
    const audit = lines.find((line) => 'audit' in line);
    expect(audit).toMatchObject({ audit: { caller: 'boss', peer: '127.0.0.1', method: 'POST', topic: 'words', status: 200 } }); // prettier-ignore
    await ask(guarded, PRODUCE, { ...record, token: 'reader' });
    while (!JSON.stringify(lines).includes('"caller":"reader"')) await ask(guarded, '/healthz');
    expect(JSON.stringify(lines)).not.toMatch(/classified|hush|Bearer/);
  });
});

describe('a page of another origin', () => {
  const origin = { headers: { origin: 'https://evil.example.com' } };

  it('is refused, also where nobody needs a token, and cannot write in the way that needs no leave', async () => {
    expect(await codeOf(ask(open, GET, origin))).toBe('ORIGIN_NOT_ALLOWED');
    expect(await codeOf(ask(open, GET, { headers: { origin: 'null' } }))).toBe('ORIGIN_NOT_ALLOWED');
    expect(await statusOf(ask(open, PRODUCE, { ...record, headers: { 'content-type': 'text/plain' } }))).toBe(415);
  });

  it('is answered where its origin is allowed', async () => {
    const headers = { origin: 'https://console.example.com' };
    const preflight = await ask(guarded, GET, { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, headers.origin]);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(await statusOf(ask(guarded, GET, { headers, token: 'reader' }))).toBe(200);
  });

  it('whose name was made to lead here is refused by an open server', async () => {
    expect(await rawAnswer(open, 'GET /api/stores HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n')).toContain('HOST_NOT_ALLOWED'); // prettier-ignore
    expect(await rawAnswer(open, 'GET /api/stores HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toContain(' 200 '); // prettier-ignore
  });

  it('may not frame an answer, nor guess its type', async () => {
    const { headers } = await ask(open, '/api/stores');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a hostile request', () => {
  const json = (body: string): Promise<Response> =>
    ask(open, '/api/millrace.query.v1.StateQueryService/Get', { method: 'POST', headers: { 'content-type': 'application/json' }, body }); // prettier-ignore

  it.each([
    ['no JSON', '{'],
    ['a text', '"x"'],
    ['a list', '[]'],
    ['a polluted prototype', '{"store":"words","key":{"__proto__":{"polluted":true}}}'],
    ['a key that is nested too deep', `{"store":"words","key":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a time that is none', '{"store":"words","key":"a","asOf":"soon"}'],
  ])('is the fault of whoever sends it: %s', async (_, body) => {
    const answer = await json(body);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.not.stringMatching(/node_modules|\.[jt]s:|INTERNAL/),
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each(['/../../etc/passwd', '/console/..%2f..%2fetc%2fpasswd', '/console/%00', '/api/stores/%'])(
    'finds no file and no route: %s',
    async (path) => {
      expect(await rawAnswer(open, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)).toMatch(
        / 40[04] /,
      );
    },
  );

  it('of too many bytes is cut off: body, head', async () => {
    const head = 'host: localhost\r\ncontent-type: application/json\r\ncontent-length: 5000000';
    const method = '/api/millrace.query.v1.StateQueryService/Get';
    expect(await rawAnswer(open, `POST ${method} HTTP/1.1\r\n${head}\r\n\r\n{`)).toMatch(/ 413 /);
    expect(await rawAnswer(open, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      / 431 /,
    );
  });

  it('that never ends keeps nobody else waiting', async () => {
    const slow = Array.from({ length: 50 }, () => connect(open.httpPort, '127.0.0.1'));
    for (const socket of slow) socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: local');
    expect(await statusOf(ask(open, '/healthz'))).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

/** What comes back for these bytes, to the end of the connection. */
async function rawAnswer(app: MillraceApp, request: string): Promise<string> {
  const socket = connect(app.httpPort, '127.0.0.1').on('error', () => undefined);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve)); // a reset is an end, too
  return Buffer.concat(chunks).toString();
}
