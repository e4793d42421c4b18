import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import { loadConfig } from '../../../src/app/config.js';
import { defineQuery } from '../../../src/app/define-query.js';
import { defineTopology } from '../../../src/app/define-topology.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import { avro, string } from '../../../src/serde/index.js';
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../src/state/store.js';
import { MillraceError } from '../../../src/util/errors.js';
import { ask, withService } from '../../support/own-service.js';

type Words = ReadOnlyKeyValueStore<string, ValueAndTimestamp<string>>;

const lastWord = defineQuery({
  name: 'last_word',
  path: '/last_word/{speaker}',
  options: ['letters'],
  returns: {
    speaker: avro.string(),
    word: avro.string(),
    price: avro.decimal(30, 2),
    at: avro.timestampMillis(),
    nanos: avro.int64(),
    letters: avro.array(avro.string()),
    note: avro.optional(avro.string()),
  },
  answer({ speaker, letters }, stores) {
    const said = stores.store<Words>('words').get(speaker)?.value;
    if (said === undefined) return undefined;
    const word = said.slice(0, Number(letters ?? said.length));
    const price = new Big('12345678901234567890.5');
    return { speaker, word, price, at: 1_700_000_000_123, nanos: 2n ** 60n, letters: Array.from(word), note: null };
  },
});
const restoring = defineQuery({
  name: 'restoring',
  path: '/restoring',
  returns: { word: avro.string() },
  answer() {
    throw new MillraceError({ code: 'STORE_UNAVAILABLE', kind: 'unavailable', message: 'restored' });
  },
});
const anything = defineQuery({ name: 'anything', path: '/anything', answer: () => [1] });

const talk = withService(
  defineTopology({
    name: 'talk',
    queries: [lastWord, restoring, anything],
    build(builder) {
      builder.table('words', { key: string(), value: string(), store: 'words' });
    },
  }),
  'talk.v1.TalkService',
);

let stateDir: string;
let app: MillraceApp;
const http = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${app.httpPort}${path}`);
const grpc = (method: string, request: object): Promise<unknown> => ask(talk, app.grpcPort, method, request);

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-service-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
  app = await openMillrace({ topologies: [talk], config, log: silentLogger });
  await app.applications[0]?.waitUntilRunning();
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = JSON.stringify({ key: 'ann', value: 'hello' });
  await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/words/records`, { method: 'POST', headers, body });
  while ((await http('/last_word/ann')).status !== 200); // acknowledged records are processed soon
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe("a topology's own service", () => {
  it('answers what HTTP does', async () => {
    const overHttp: unknown = await (await http('/last_word/ann')).json();
    expect(overHttp).toEqual({
      speaker: 'ann',
      word: 'hello',
      price: '12345678901234567890.50',
      at: '2023-11-14T22:13:20.123Z',
      nanos: '1152921504606846976',
      letters: ['h', 'e', 'l', 'l', 'o'],
      note: null,
    });
    const { note, ...present } = overHttp as { note: null };
    expect(note).toBeNull();
    expect(await grpc('GetLastWord', { speaker: 'ann' })).toEqual(present);
  });

  it('takes options as optional fields', async () => {
    expect(await grpc('GetLastWord', { speaker: 'ann', letters: '2' })).toMatchObject({ word: 'he' });
  });

  it.each([
    ['GetLastWord', { speaker: 'bob' }, status.NOT_FOUND, 'there is no last_word of speaker "bob"'],
    ['GetLastWord', {}, status.INVALID_ARGUMENT, 'speaker is empty'],
    ['GetRestoring', {}, status.UNAVAILABLE, 'restored'],
  ])('says by status and details why it has no answer: %s %j', async (method, request, code, message) => {
    const failed = await grpc(method, request).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, details: expect.stringContaining(message) });
    expect(failed).toHaveProperty('metadata.internalRepr', expect.any(Map));
  });

  it('has the queries that declare what they return', async () => {
    expect(talk.service?.proto).not.toContain('GetAnything');
    expect(await (await http('/anything')).json()).toEqual([1]);
  });
});
