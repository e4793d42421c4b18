import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import type { Logger } from '../../../src/observability/log.js';
import { silentLogger } from '../../../src/observability/log.js';
import { HttpRegistry } from '../../../src/serde/index.js';
import { systemClock } from '../../../src/util/time.js';
import { cli } from '../../support/cli.js';
import totals from '../../support/registry/avro-topology.js';

const TOPOLOGY = join(import.meta.dirname, '../../support/registry/avro-topology.ts');
const SUBJECTS = ['totals-totals-changelog-value', 'out-value'];

let stateDir: string;
let app: MillraceApp;
let registry: HttpRegistry;
let lines: unknown[];

async function start(): Promise<void> {
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
  lines = [];
  const log: Logger = { ...silentLogger, info: (fields, text) => void lines.push([text, fields]) };
  app = await openMillrace({ topologies: [totals], config, log });
  registry = new HttpRegistry({ urls: [`http://127.0.0.1:${app.httpPort}`], clock: systemClock });
}

async function stop(): Promise<void> {
  await registry.close();
  await app.close();
}

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-app-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(stateDir, { recursive: true });
});

describe('a process with the embedded log and no SCHEMA_REGISTRY_URL', () => {
  it('keeps schemas beside the log, says so, and serves them', async () => {
    expect(lines).toContainEqual(['using the embedded schema registry', { file: join(stateDir, 'schemas.jsonl') }]);
    expect((await registry.subjects()).toSorted()).toEqual(SUBJECTS.toSorted());
    expect(await registry.version('out-value', 'latest')).toMatchObject({ version: 1, schemaType: 'AVRO' });
  });

  it('has the same ids after a restart', async () => {
    const before = await registry.version('out-value', 'latest');
    await stop();
    await start();
    expect(await registry.version('out-value', 'latest')).toEqual(before);
  });

  it('is asked by `millrace schema`', async () => {
    const { out, code } = await cli('schema', 'check', TOPOLOGY, '--http-port', String(app.httpPort), '-o', 'jsonl');
    expect(code).toBe(0);
    expect(out).toContain('"subject":"out-value"');
    expect(out.match(/"verdict":"registered"/g)).toHaveLength(2);
  });

  it("answers a client's mistakes as Confluent's registry does", async () => {
    const int = { schemaType: 'AVRO', schema: '"int"', references: [] } as const;
    await registry.register('n-value', int);
    expect(await registry.versions('none')).toEqual([]);
    expect(await registry.schemaById(77)).toBeUndefined();
    expect(await registry.lookUp('n-value', { ...int, schema: '"long"' })).toBeUndefined();
    expect((await registry.checkCompatibility('n-value', { ...int, schema: '"string"' })).compatible).toBe(false);
    await expect(registry.register('n-value', { ...int, schema: '"string"' })).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
    });
    await expect(registry.register('n-value', { ...int, schema: '"none"' })).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_REFUSED',
    });
    const answer = await fetch(`http://127.0.0.1:${app.httpPort}/subjects/none/versions/latest`);
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ error_code: 40401 })]);
  });
});
