import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineQuery } from '../../../src/app/define-query.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import { string } from '../../../src/serde/primitives.js';
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../src/state/store.js';
import { invalid } from '../../../src/util/errors.js';

type Words = ReadOnlyKeyValueStore<string, ValueAndTimestamp<string>>;

const lastWord = defineQuery({
  name: 'last_word',
  path: '/last_word/{speaker}',
  options: ['letters'],
  answer({ speaker, letters }, stores) {
    if (letters !== undefined && !/^\d+$/.test(letters)) throw invalid('BAD_KEY', `${letters} is not a number`);
    const said = stores.store<Words>('words').get(speaker);
    return said && { speaker, word: said.value.slice(0, Number(letters ?? said.value.length)), at: 2n ** 60n };
  },
});
const talk = defineTopology({
  name: 'talk',
  queries: [lastWord],
  build(builder) {
    builder.table('words', { key: string(), value: string(), store: 'words' });
  },
});

let stateDir: string;
let app: MillraceApp;

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${app.httpPort}${path}`);
const config = (): ReturnType<typeof loadConfig> => loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-queries-'));
  app = await openMillrace({ topologies: [talk], config: config(), log: silentLogger });
  await app.applications[0]?.waitUntilRunning();
  const body = ['a/b', 'x'.repeat(500)].map((key) => JSON.stringify({ key, value: 'hello' })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/words/records`, { method: 'POST', headers, body });
  while ((await get(`/last_word/${'x'.repeat(500)}`)).status !== 200); // acknowledged records are processed soon
  while ((await get('/last_word/a%2Fb')).status !== 200);
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe('a query of a topology', () => {
  it('is answered as JSON, with integers beyond 2^53 as text', async () => {
    const response = await get('/last_word/a%2Fb');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ speaker: 'a/b', word: 'hello', at: '1152921504606846976' });
  });

  it('takes the options that it has', async () => {
    expect(await (await get('/last_word/a%2Fb?letters=2')).json()).toMatchObject({ word: 'he' });
  });

  it.each([
    ['/last_word/c', 404, 'NOT_FOUND', 'there is no last_word of speaker "c"'],
    ['/last_word/a%2Fb?letters=x', 400, 'BAD_KEY', 'x is not a number'],
    ['/last_word/a%2Fb?loud=1', 400, 'BAD_QUERY_OPTION', 'query "last_word" takes no such option: loud=1'],
    ['/last_word/a%2Fb?letters=1&letters=2', 400, 'BAD_QUERY_OPTION', 'letters=1,2'],
    ['/last_word/', 400, 'BAD_QUERY_PATH', 'speaker is empty'],
  ])('says in JSON why it has no answer: %s', async (path, status, error, message) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error, message: expect.stringContaining(message) });
  });

  it('is listed with its application, path and options', async () => {
    const query = { application: 'talk', name: 'last_word', path: '/last_word/{speaker}', options: ['letters'] };
    expect(await (await get('/api/queries')).json()).toEqual({ queries: [query] });
  });

  it('needs a path of its own', async () => {
    const other = defineQuery({ name: 'first_word', path: '/last_word/{who}', answer: () => 1 });
    const topologies = [defineTopology({ ...talk, queries: [lastWord, other] })];
    const directory = await mkdtemp(join(tmpdir(), 'millrace-queries-'));
    const starting = openMillrace({ topologies, config: { ...config(), stateDir: directory }, log: silentLogger });
    await expect(starting).rejects.toMatchObject({ code: 'QUERY_PATH_TAKEN' });
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    '',
    'balance',
    '/',
    '/{id}',
    '/api/balance',
    '/console',
    '/metrics',
    '/balance/{Id}',
    '/balance/x{id}',
    '/balance//x',
  ])('cannot have the path "%s"', (path) => {
    expect(() => defineQuery({ name: 'balance', path, answer: () => 1 })).toThrow('cannot be the path of query');
  });

  it.each(['', 'Balance', 'a b'])('cannot have the name "%s"', (name) => {
    expect(() => defineQuery({ name, path: '/x', answer: () => 1 })).toThrow('cannot be the name of a query');
  });
});
