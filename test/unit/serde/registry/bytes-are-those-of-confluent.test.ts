import { describe, expect, it } from '@jest/globals';
import { noMetrics } from '../../../../src/observability/metrics.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { avro } from '../../../../src/serde/index.js';
import { MemoryRegistry } from '../../../../src/serde/registry/memory-registry.js';
import { SchemaCache } from '../../../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../../../src/util/time.js';

const cache = (registry = new MemoryRegistry()): SchemaCache =>
  new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
const place = (schemas: SchemaCache | undefined, topic = 't') =>
  ({ topic, part: 'value', access: 'write', schemas }) as const;

describe('a value with a schema', () => {
  it('is 0, the id of its schema in 4 bytes, and its Avro', async () => {
    const schemas = cache();
    await avro.serde(avro.string()).prepare?.(place(schemas, 'other'));
    const serde = avro.serde(avro.long());
    await serde.prepare?.(place(schemas));
    expect(serde.serialize(5).toString('hex')).toBe('00000000020a');
  });

  it('is read by way of the schema that wrote it', async () => {
    const schemas = cache();
    const before = avro.serde(avro.record('Sale', { seller: avro.string() }));
    const after = avro.serde(avro.record('Sale', { seller: avro.string(), note: avro.optional(avro.string()) }));
    await before.prepare?.(place(schemas));
    await after.prepare?.(place(schemas));
    const bytes = before.serialize({ seller: 's1' });
    expect(after.deserialize(bytes, 0, bytes.length)).toEqual({ seller: 's1', note: null });
  });

  it('has what its schema refers to registered in subjects of their own', async () => {
    const registry = new MemoryRegistry();
    const Money = avro.record('shop.Money', { amount: avro.decimal(12, 2) });
    const json = { type: 'record', name: 'shop.Sale', fields: [{ name: 'price', type: 'shop.Money' }] };
    const serde = avro.serde(avro.schema<object>(json, { references: [Money] }));
    await serde.prepare?.(place(cache(registry)));
    expect(await registry.version('t-value', 'latest')).toMatchObject({
      references: [{ name: 'shop.Money', subject: 'shop.Money', version: 1 }],
    });
  });

  it.each([
    ['too short', '000000'],
    ['another first byte', '01000000010a'],
  ])('is refused without a header: %s', async (_, hex) => {
    const serde = avro.serde(avro.long());
    await serde.prepare?.(place(cache()));
    const bytes = Buffer.from(hex, 'hex');
    expect(() => serde.deserialize(bytes, 0, bytes.length)).toThrow('they do not start with 0 and the id of a schema');
  });

  it('cannot be written before its id is known, nor without a registry', async () => {
    expect(() => avro.serde(avro.long()).serialize(5)).toThrow(expect.objectContaining({ code: 'SERDE_NOT_PREPARED' }));
    const preparing = avro.serde(avro.long()).prepare?.(place(undefined));
    await expect(preparing).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_MISSING' });
  });
});
