import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../../src/app/config.js';
import { defineQuery } from '../../../../src/app/define-query.js';
import { defineTopology } from '../../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../../src/app/millrace-app.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { createQueryClient, Isolation, ReadOptions, type QueryClient } from '../../../../src/query/client/index.js';
import { createWebClient, type WebClient } from '../../../../src/query/client/web/index.js';
import { avro, string } from '../../../../src/serde/index.js';

const echo = defineQuery({
  name: 'echo',
  path: '/echo/{text}',
  options: ['loud'],
  returns: { text: avro.string() },
  answer: ({ text, loud }) => (text === 'silence' ? undefined : { text: loud === '1' ? text.toUpperCase() : text }),
});
const talk = defineTopology({
  name: 'talk',
  queries: [echo],
  build(builder) {
    builder.table('words', { key: string(), value: string(), store: 'words' });
  },
});

let stateDir: string;
let app: MillraceApp;
let client: QueryClient;
let web: WebClient;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-clients-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
  app = await openMillrace({ topologies: [talk], config, log: silentLogger });
  await app.applications[0]?.waitUntilRunning();
  const baseUrl = `http://127.0.0.1:${app.httpPort}/`;
  client = createQueryClient({ address: `127.0.0.1:${app.grpcPort}`, timeoutMs: 60_000, attempts: 1 });
  web = createWebClient({ baseUrl });
  const body = ['a/1', 'a/2', 'b'].map((key) => JSON.stringify({ key, value: `said ${key}` })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`${baseUrl}api/topics/words/records`, { method: 'POST', headers, body });
  for (const key of ['a/1', 'a/2', 'b']) while ((await web.get('words', key)) === undefined); // acknowledged records are committed soon
});
afterAll(async () => {
  client.close();
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe('the client of gRPC', () => {
  it('asks with what matters, and fills in the rest', async () => {
    expect((await client.get({ store: 'words', key: 'b' })).record).toMatchObject({ key: 'b', value: 'said b' });
    const options = ReadOptions.create({ isolation: Isolation.ISOLATION_READ_UNCOMMITTED });
    const { results } = await client.multiGet({ store: 'words', keys: ['b', 'c'], options });
    expect(results).toMatchObject([{ record: { value: 'said b' } }, { record: undefined }]);
    expect((await client.listStores()).stores.map(({ name }) => name)).toEqual(['words']);
  });

  it('has the methods of every service', async () => {
    expect((await client.describeTopology()).mermaid).toContain('flowchart');
    expect((await client.listInstances()).instances).toHaveLength(1);
  });

  it('iterates over streams', async () => {
    const keys: unknown[] = [];
    for await (const { records } of client.range({ store: 'words', prefix: 'a/' })) {
      keys.push(...records.map(({ key }) => key as unknown));
    }
    expect(keys.sort()).toEqual(['a/1', 'a/2']); // each partition in order
  });

  it('tells why there is no answer', async () => {
    await expect(client.get({ store: 'none', key: 'b' })).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      kind: 'invalid',
      context: { reason: 'STORE_NOT_FOUND', store: 'none', grpcCode: 5 },
    });
  });

  it('gives up when its signal says so', async () => {
    const signal = AbortSignal.abort();
    await expect(client.get({ store: 'words', key: 'b' }, { signal })).rejects.toMatchObject({ kind: 'unavailable' });
    const stream = client.range({ store: 'words' }, { signal })[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });

  it('says what does not answer', async () => {
    const nobody = createQueryClient({ address: '127.0.0.1:1', attempts: 1 });
    await expect(nobody.listStores()).rejects.toThrow('nothing answers at 127.0.0.1:1');
    nobody.close();
  });
});

describe('the client of HTTP', () => {
  it('gets values, pages and ranges', async () => {
    expect(await web.get<string>('words', 'a/1', { application: 'talk' })).toBe('said a/1');
    expect(await web.get('words', 'c')).toBeUndefined();
    const { records, nextPageToken } = await web.list<string, string>('words', { pageSize: 2 });
    const last = await web.list<string, string>('words', { pageSize: 2, pageToken: nextPageToken });
    expect(last.nextPageToken).toBeUndefined();
    const rows = [...records, ...last.records].map(({ key, value }) => `${key}: ${value}`);
    expect(rows.sort()).toEqual(['a/1: said a/1', 'a/2: said a/2', 'b: said b']);
    const keys: string[] = [];
    for await (const { key } of web.range<string>('words', { prefix: 'b', limit: 2 })) keys.push(key);
    expect(keys).toEqual(['b']);
  });

  it("asks the topologies' own queries", async () => {
    expect(await web.query('/echo/{text}', { text: 'a/b', loud: '1' })).toEqual({ text: 'A/B' });
    expect(await web.query('/echo/{text}', { text: 'silence' })).toBeUndefined();
    await expect(web.query('/echo/{text}', { text: 'a', quiet: '1' })).rejects.toMatchObject({
      code: 'BAD_QUERY_OPTION',
    });
  });

  it('tells why there is no answer', async () => {
    const failed = { code: 'STORE_NOT_FOUND', kind: 'invalid', context: { status: 404 } };
    await expect(web.get('none', 'a')).rejects.toMatchObject(failed);
    await expect(web.range('none').next()).rejects.toMatchObject(failed);
  });
});
