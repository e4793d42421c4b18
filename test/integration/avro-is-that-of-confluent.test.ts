import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { avro, HttpRegistry, jsonSchema, type AvroValue, type Serde } from '../../src/serde/index.js';
import { SchemaCache } from '../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../src/util/time.js';
import { Apicurio } from '../support/registry/apicurio.js';
import { freePorts } from '../support/kafka/free-ports.js';

const Card = avro.record('Card', { last4: avro.string() });
const Cash = avro.record('Cash', { change: avro.optional(avro.decimal(6, 2)) });
const fields = {
  seller: avro.string(),
  amount: avro.decimal(12, 2),
  at: avro.timestampMillis(),
  exactly: avro.timestampMicros(),
  day: avro.date(),
  time: avro.timeMillis(),
  id: avro.uuid(),
  kind: avro.enum('Kind', ['online', 'store']),
  note: avro.optional(avro.string()),
  paid: avro.oneOf('method', { Card, Cash }),
  tags: avro.array(avro.string()),
};
const Sale = avro.record('shop.Sale', fields);
/** A later version of it. */
const WrittenSale = avro.record('shop.Sale', { ...fields, added: avro.field(avro.string(), { default: '' }) });

const sale: AvroValue<typeof Sale> = {
  seller: 'Köln',
  amount: new Big('-1234.50'),
  at: Date.UTC(2026, 10, 27, 12, 30, 15, 250),
  exactly: BigInt(Date.UTC(2026, 10, 27, 12, 30, 15, 250)) * 1_000n + 1n,
  day: '2026-11-27',
  time: 86_399_999,
  id: '123e4567-e89b-12d3-a456-426614174000',
  kind: 'store',
  note: null,
  paid: { method: 'Cash', change: new Big('1.50') },
  tags: ['a', 'b'],
};

describe('a schema registry', () => {
  let apicurio: Apicurio;
  const opened: SchemaCache[] = [];

  function schemas(options: Partial<ConstructorParameters<typeof HttpRegistry>[0]> = {}): SchemaCache {
    const { url, credentials } = apicurio;
    const registry = new HttpRegistry({ urls: [url], credentials, clock: systemClock, ...options });
    const cache = new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
    opened.push(cache);
    return cache;
  }

  async function prepared<T>(
    serde: Serde<T>,
    topic: string,
    access: 'read' | 'write',
    cache = schemas(),
  ): Promise<Serde<T>> {
    await serde.prepare?.({ topic, part: 'value', access, schemas: cache });
    return serde;
  }

  /** Reads, and waits for the schema the first time. */
  async function read<T>(serde: Serde<T>, bytes: Buffer): Promise<T> {
    try {
      return serde.deserialize(bytes, 0, bytes.length);
    } catch (error) {
      await (error as { arrived?: Promise<void> }).arrived;
      return serde.deserialize(bytes, 0, bytes.length);
    }
  }

  function confluent(topic: string, args: readonly string[], input = ''): string {
    const script = join(import.meta.dirname, '../support/registry/confluent_client.py');
    const { username, password } = apicurio.credentials;
    const all = [script, apicurio.url, `${username}:${password}`, topic, ...args];
    return execFileSync(apicurio.parts.python, all, { input, encoding: 'utf8' });
  }

  beforeAll(async () => {
    apicurio = await Apicurio.start();
  });
  afterAll(async () => {
    for (const cache of opened) await cache.close();
    await apicurio.stop();
  });

  it("gives what Confluent's client wrote with a later schema", async () => {
    const hex = confluent('written-there', ['write'], JSON.stringify(WrittenSale)).trim();
    const serde = await prepared(avro.serde(Sale), 'written-there', 'read');
    expect(await read(serde, Buffer.from(hex, 'hex'))).toEqual(sale);
  });

  it("lets Confluent's client read what was written here", async () => {
    const serde = await prepared(avro.serde(Sale), 'written-here', 'write');
    const found = JSON.parse(confluent('written-here', ['read', serde.serialize(sale).toString('hex')])) as object;
    expect(found).toMatchObject({
      seller: 'Köln',
      amount: '-1234.50',
      at: '2026-11-27 12:30:15.250000+00:00',
      exactly: '2026-11-27 12:30:15.250001+00:00',
      day: '2026-11-27',
      time: '23:59:59.999000',
      id: '123e4567-e89b-12d3-a456-426614174000',
      kind: 'store',
      note: null,
      paid: ['shop.Cash', { change: '1.50' }],
      tags: ['a', 'b'],
    });
  });

  it('keeps what a schema refers to in subjects of their own', async () => {
    const Money = avro.record('shop.Money', { amount: avro.decimal(12, 2) });
    const json = { type: 'record', name: 'shop.Price', fields: [{ name: 'price', type: 'shop.Money' }] };
    const Price = avro.schema<{ price: { amount: Big } }>(json, { references: [Money] });
    const writer = await prepared(avro.serde(Price), 'prices', 'write');
    const bytes = writer.serialize({ price: { amount: new Big('1.5') } });
    const reader = await prepared(avro.serde(Price), 'prices', 'read');
    expect((await read(reader, bytes)).price.amount.toFixed()).toBe('1.5');
  });

  it('keeps JSON schemas too', async () => {
    const schema = { title: 'Sale', type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] };
    const writer = await prepared(jsonSchema<{ amount: number }>(schema), 'json', 'write');
    const reader = await prepared(jsonSchema<{ amount: number }>(schema), 'json', 'read');
    expect(await read(reader, writer.serialize({ amount: 5 }))).toEqual({ amount: 5 });
    expect(() => writer.serialize({ amount: 0.5 })).toThrow('it/amount must be integer');
  });

  it('refuses an incompatible schema, which is told at the start', async () => {
    const cache = schemas();
    await prepared(avro.serde(avro.record('R', { n: avro.int() })), 'strict', 'write', cache);
    const { username, password } = apicurio.credentials;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    await fetch(`${apicurio.url}/config/strict-value`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
    });
    const next = prepared(avro.serde(avro.record('R', { n: avro.int(), m: avro.int() })), 'strict', 'write', cache);
    await expect(next).rejects.toMatchObject({ code: 'SCHEMA_INCOMPATIBLE' });
  });

  it('refuses wrong credentials with the settings named', async () => {
    const wrong = schemas({ credentials: { username: 'alice', password: 'wrong' } });
    const starting = prepared(avro.serde(Sale), 'secret', 'write', wrong);
    await expect(starting).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAUTHORIZED',
      kind: 'invalid',
      hint: expect.stringContaining('SCHEMA_REGISTRY_PASSWORD'),
    });
  });

  it('is asked at its other address when one does not answer', async () => {
    const [nobody] = await freePorts(1);
    const cache = schemas({ urls: [`http://127.0.0.1:${nobody}`, apicurio.url] });
    const serde = await prepared(avro.serde(avro.string()), 'failover', 'write', cache);
    expect(serde.serialize('x')[0]).toBe(0);
  });

  it('does not know an id that it never gave', async () => {
    const serde = await prepared(avro.serde(avro.string()), 'unknown', 'write');
    const bytes = Buffer.concat([Buffer.from('0000ffffff', 'hex'), Buffer.from('0278', 'hex')]);
    await expect(read(serde, bytes)).rejects.toMatchObject({
      code: 'SCHEMA_NOT_FOUND',
      message: expect.stringContaining('schema 16777215 (subject "unknown-value") is not in the registry http://'),
    });
  });
});
