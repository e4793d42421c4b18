import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/observability/log.js';
import { EmbeddedRegistry } from '../../../../src/serde/registry/embedded-registry.js';
import type { Schema, SchemaReference } from '../../../../src/serde/registry/schema-registry.js';

let folder: string;
let path: string;
const opened: EmbeddedRegistry[] = [];

function open(): EmbeddedRegistry {
  const registry = new EmbeddedRegistry(path, silentLogger);
  opened.push(registry);
  return registry;
}

const avro = (schema: unknown, references: readonly SchemaReference[] = []): Schema => ({
  schemaType: 'AVRO',
  schema: JSON.stringify(schema),
  references,
});
const record = (...fields: object[]): Schema => avro({ type: 'record', name: 'R', fields });
const [first, second] = [
  record({ name: 'a', type: 'int' }),
  record({ name: 'a', type: 'int' }, { name: 'b', type: 'int', default: 0 }),
];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
  path = join(folder, 'schemas.jsonl');
});
afterEach(async () => {
  for (const registry of opened.splice(0)) await registry.close();
  await rm(folder, { recursive: true });
});

describe('a registry in a file', () => {
  it('has the same ids and versions when it is opened again', async () => {
    const registry = open();
    await registry.register('r-value', first);
    await registry.register('s-value', first);
    await registry.register('r-value', second);
    await registry.register('r-value', first); // again
    await registry.close();
    const again = open();
    expect(await again.subjects()).toEqual(['r-value', 's-value']);
    expect(await again.versions('r-value')).toEqual([1, 2]);
    expect(await again.version('r-value', 'latest')).toEqual({ ...second, subject: 'r-value', version: 2, id: 2 });
    expect(await again.schemaById(1)).toEqual(first);
    expect(await again.register('t-value', second)).toBe(2);
  });

  it('tells a reader of what the writer has registered since', async () => {
    const [writer, reader] = [open(), open()];
    expect(await reader.schemaById(1)).toBeUndefined();
    await writer.register('r-value', first);
    expect(await reader.schemaById(1)).toEqual(first);
    expect((await reader.lookUp('r-value', first))?.version).toBe(1);
  });

  it('drops a line that a crash has cut off', async () => {
    await open().register('r-value', first);
    const whole = await readFile(path, 'utf8');
    await appendFile(path, `{"subject":"a subject with a long name","schemaType":"AVRO","schema":"${'x'.repeat(300)}`);
    const again = open();
    expect(await again.subjects()).toEqual(['r-value']);
    await again.register('r-value', second);
    expect((await readFile(path, 'utf8')).startsWith(whole)).toBe(true);
    expect(await open().versions('r-value')).toEqual([1, 2]);
  });

  it('takes an Avro schema only if it reads what the one before it wrote, and says why not', async () => {
    const registry = open();
    await registry.register('r-value', first);
    const other = record({ name: 'a', type: 'int' }, { name: 'c', type: 'int' });
    expect(await registry.checkCompatibility('r-value', second)).toEqual({ compatible: true, messages: [] });
    await expect(registry.register('r-value', other)).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      detail: expect.stringContaining('R.c'),
    });
    expect(await registry.versions('r-value')).toEqual([1]);
  });

  it('refuses what is no schema', async () => {
    const refused = open().register('r-value', avro({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'S' }] }));
    await expect(refused).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_REFUSED' });
  });

  it('finds what schemas refer to', async () => {
    const registry = open();
    await registry.register('R', first);
    const lines = avro({ type: 'array', items: 'R' }, [{ name: 'R', subject: 'R', version: 1 }]);
    expect(await registry.register('lines-value', lines)).toBe(2);
    await registry.register('R', second);
    const later = { ...lines, references: [{ name: 'R', subject: 'R', version: 2 }] };
    expect(await registry.register('lines-value', later)).toBe(4);
  });
});
