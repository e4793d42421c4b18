import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { avro, type AvroValue, type Serde } from '../../src/serde/index.js';
import type { SchemaCache } from '../../src/serde/registry/schema-cache.js';
import { Apicurio } from '../support/registry/apicurio.js';
import { ConfluentClient } from '../support/registry/confluent-client.js';
import { prepared, readWith, schemasOf } from '../support/registry/registry-serdes.js';
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

  function schemas(options: Partial<Parameters<typeof schemasOf>[0]> = {}): SchemaCache {
    const { url, credentials } = apicurio;
    const cache = schemasOf({ urls: [url], credentials, ...options });
    opened.push(cache);
    return cache;
  }

  const ready = <T>(serde: Serde<T>, topic: string, access: 'read' | 'write', cache = schemas()): Promise<Serde<T>> =>
    prepared(serde, topic, access, cache);
  const confluent = (schema: unknown): ConfluentClient =>
    new ConfluentClient(apicurio.parts.python, apicurio, 'avro', JSON.stringify(schema));

  beforeAll(async () => {
    apicurio = await Apicurio.start();
  });
  afterAll(async () => {
    for (const cache of opened) await cache.close();
    await apicurio.stop();
  });

  it("gives what Confluent's client wrote with a later schema", async () => {
    const bytes = await confluent(WrittenSale).write('written-there');
    const serde = await ready(avro.serde(Sale), 'written-there', 'read');
    expect(await readWith(serde, bytes)).toEqual(sale);
  });

  it("lets Confluent's client read what was written here", async () => {
    const serde = await ready(avro.serde(Sale), 'written-here', 'write');
    expect(await confluent(Sale).read('written-here', serde.serialize(sale))).toMatchObject({
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
    const writer = await ready(avro.serde(Price), 'prices', 'write');
    const bytes = writer.serialize({ price: { amount: new Big('1.5') } });
    const reader = await ready(avro.serde(Price), 'prices', 'read');
    expect((await readWith(reader, bytes)).price.amount.toFixed()).toBe('1.5');
  });

  it('refuses an incompatible schema, which is told at the start', async () => {
    const cache = schemas();
    await ready(avro.serde(avro.record('R', { n: avro.int() })), 'strict', 'write', cache);
    const { username, password } = apicurio.credentials;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    await fetch(`${apicurio.url}/config/strict-value`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
    });
    const next = ready(avro.serde(avro.record('R', { n: avro.int(), m: avro.int() })), 'strict', 'write', cache);
    await expect(next).rejects.toMatchObject({ code: 'SCHEMA_INCOMPATIBLE' });
  });

  it('is asked at its other address when one does not answer', async () => {
    const [nobody] = await freePorts(1);
    const cache = schemas({ urls: [`http://127.0.0.1:${nobody}`, apicurio.url] });
    const serde = await ready(avro.serde(avro.string()), 'failover', 'write', cache);
    expect(serde.serialize('x')[0]).toBe(0);
  });

  it('does not know an id that it never gave', async () => {
    const serde = await ready(avro.serde(avro.string()), 'unknown', 'write');
    const bytes = Buffer.concat([Buffer.from('0000ffffff', 'hex'), Buffer.from('0278', 'hex')]);
    await expect(readWith(serde, bytes)).rejects.toMatchObject({
      code: 'SCHEMA_NOT_FOUND',
      message: expect.stringContaining('schema 16777215 (subject "unknown-value") is not in the registry http://'),
    });
  });
});
