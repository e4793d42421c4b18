import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { postgresSink, type PostgresSinkOptions } from '../../src/connect/postgres/postgres-sink.js';
import { silentLogger } from '../../src/observability/log.js';
import type { SinkContext, SinkRecord } from '../../src/topology/sink.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemClock } from '../../src/util/time.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await PostgresServer.start();
});
afterAll(() => postgres.stop());

const context = (sink: string): SinkContext => ({
  applicationId: 'app',
  sink,
  topic: 'in',
  topicId: 'id',
  partition: 0,
  clock: systemClock,
  log: silentLogger,
});

async function write<V>(options: Omit<PostgresSinkOptions<string, V>, 'key'>, ...values: readonly V[]): Promise<void> {
  const key = { id: { type: 'text', of: (key: string) => key } };
  const sink = postgresSink<string, V>({ ...options, key, connection: postgres.url });
  const writer = await sink.open(context(options.table));
  const records = values.map((value, offset): SinkRecord<string, V> => {
    return { key: `k${String(offset)}`, value, timestamp: 0, headers: NO_HEADERS, offset };
  });
  try {
    await writer.write({ records, nextOffset: values.length });
  } finally {
    await writer.close();
  }
}

describe('a Postgres sink', () => {
  it.each<[type: string, value: unknown, text: string]>([
    ['numeric(38,18)', new Big('12345678901234567890.000000000000000001'), '12345678901234567890.000000000000000001'],
    ['numeric(20,2)', '0.10', '0.10'],
    ['bigint', 9_007_199_254_740_993n, '9007199254740993'],
    ['double precision', 0.1, '0.1'],
    ['timestamptz', new Date('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05.678+00'],
    ['boolean', false, 'false'],
    ['bytea', Buffer.from([0, 255]), '\\x00ff'],
    ['jsonb', { a: [1, 'x', null] }, '{"a": [1, "x", null]}'],
    ['text[]', ['a "b"', 'c\\,d', null], '{"a \\"b\\"","c\\\\,d",NULL}'],
    ['text', null, 'null'],
    ['text', '', ''],
  ])('keeps a value of type %s exactly: %p', async (type, value, text) => {
    const table = `typed_${type.replace(/\W/g, '_')}_${String(text.length)}`;
    await write({ table, columns: { value: { type, of: (each: unknown[]) => each[0] } } }, [value]);
    const [row] = await postgres.query(`SELECT value::text AS text FROM "${table}"`);
    expect(String(row?.text)).toBe(text);
  });

  it('names every column that is not as it writes them, and an index that is missing', async () => {
    await postgres.query('CREATE TABLE wrong (id text, amount integer, more text NOT NULL)');
    const columns = { amount: { type: 'numeric(20,4)', of: () => 1 }, at: { type: 'timestamptz', of: () => null } };
    await expect(write({ table: 'wrong', columns }, {})).rejects.toThrow(
      'table "wrong" is not as the sink writes it: column "amount" is integer, not numeric(20,4); ' +
        'column "at" (timestamp with time zone) is missing; column "more" must not be null, and the sink does not write it; ' +
        'there is no primary key or unique index on ("id")',
    );
  });

  it('takes a table that others made, whatever the names that they gave the same types', async () => {
    await postgres.query('CREATE TABLE theirs (amount decimal(20,4), id varchar, note text, UNIQUE (id))');
    const key = { id: { type: 'character varying', of: (key: string) => key } };
    const columns = { amount: { type: 'numeric(20, 4)', of: (value: string) => value } };
    const sink = postgresSink<string, string>({ table: 'theirs', key, columns, connection: postgres.url });
    const writer = await sink.open(context('theirs'));
    await writer.write({
      records: [{ key: 'a', value: '1.5', timestamp: 0, headers: NO_HEADERS, offset: 0 }],
      nextOffset: 1,
    });
    await writer.close();
    expect(await postgres.query('SELECT * FROM theirs')).toEqual([{ amount: '1.5000', id: 'a', note: null }]);
  });

  it('rejects a record whose values a column or a constraint refuses, and one without a key', async () => {
    await postgres.query('CREATE TABLE strict (id text PRIMARY KEY, n smallint CHECK (n <> 13))');
    const columns = { n: { type: 'smallint', of: (n: number) => n } };
    await expect(write({ table: 'strict', columns }, 1, 13, 2, 99_999)).rejects.toMatchObject({
      rejected: [{ index: 1 }, { index: 3 }],
    });
    expect(await postgres.query('SELECT * FROM strict')).toEqual([]);
  });

  it('keeps a position per application, sink, topic and partition', async () => {
    await write({ table: 'positioned', columns: {} }, {}, {});
    const rows = await postgres.query(
      `SELECT application, sink, topic, partition, next FROM millrace_positions WHERE sink = 'positioned'`,
    );
    expect(rows).toEqual([{ application: 'app', sink: 'positioned', topic: 'in', partition: 0, next: '2' }]);
  });
});
