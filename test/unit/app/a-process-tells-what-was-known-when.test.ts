import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import enrichment from '../../../topologies/money-enrichment/topology.js';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { runCli } from '../../../src/cli/cli.js';
import { silentLogger } from '../../../src/observability/log.js';
import type { ReadOnlyVersionedKeyValueStore } from '../../../src/state/store.js';

const START = Date.parse('2024-05-11T10:00:00Z');
const TIMEOUT_MS = 120_000;
let stateDir: string;
let app: MillraceApp;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-app-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10' });
  app = await openMillrace({ topologies: [enrichment], config, log: silentLogger });
  await Promise.all(app.applications.map((application) => application.waitUntilRunning()));
}, TIMEOUT_MS); // prettier-ignore
afterEach(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function know(user_id: string, country: string, seconds: number): Promise<void> {
  const value = JSON.stringify({ user_id, name: 'U', country, timestamp: START + seconds * 1_000 });
  const response = await fetch(`http://127.0.0.1:${app.httpPort}/api/topics/users/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: JSON.stringify({ key: null, value }),
  });
  expect(response.status).toBe(200);
}

async function query(...args: string[]): Promise<{ value: { country: string } }[]> {
  let text = '';
  const out = (part: string): void => void (text += part);
  const terminal = { interactive: false, colour: false, out, error: out };
  const address = ['--address', `127.0.0.1:${app.grpcPort}`, '--timeout-ms', '60000'];
  expect([await runCli(['query', ...args, ...address, '-o', 'json'], terminal), text]).toEqual([0, text]);
  return JSON.parse(text) as { value: { country: string } }[];
}
async function got(path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${app.httpPort}/api/stores/users/${path}`)).text();
}
const countries = (rows: readonly { value: { country: string } }[]): string[] => rows.map(({ value }) => value.country);

it('the users of the enrichment: all versions, and that of a time, by command line, HTTP and in the process', async () => {
  for (const [country, seconds] of [['CH', 0], ['JP', 10], ['DE', 5]] as const) await know('user-1', country, seconds); // prettier-ignore
  for (const seconds of [30, 41]) for (const name of ['user-1', 'user-2', 'user-3']) await know(name, 'FR', seconds);
  const versions = ['versions', 'users', 'user-1', '--to', new Date(START + 20_000).toISOString()];
  // What was acknowledged is processed soon, not at once.
  while (countries(await query(...versions)).length < 3);
  expect(countries(await query(...versions))).toEqual(['CH', 'DE', 'JP']);
  const asOf = new Date(START + 7_000).toISOString();
  expect(countries(await query('get', 'users', 'user-1', '--as-of', asOf))).toEqual(['DE']);

  const [first] = (await got('versions?key=user-1&limit=2')).split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({
    versions: [
      { value: { country: 'CH' }, timestamp: new Date(START).toISOString(), validTo: new Date(START + 5_000).toISOString() },
      { value: { country: 'DE' } },
    ],
  });
  expect(await got(`entries/user-1?as_of=${asOf}`)).toContain('"DE"');
  expect(JSON.parse(await got('versions?key=user-1&from=yesterday'))).toMatchObject({ error: 'BAD_TIME' });
  expect(JSON.parse(await got('versions'))).toMatchObject({ error: 'BAD_KEY' });

  const users = app.applications[0]!.store<ReadOnlyVersionedKeyValueStore<string, { country: string }>>('users');
  expect(countries([...users.versions('user-1', START, START + 20_000)])).toEqual(['CH', 'DE', 'JP']);
  expect(users.get('user-1', START + 7_000)?.value.country).toBe('DE');
}, TIMEOUT_MS); // prettier-ignore
