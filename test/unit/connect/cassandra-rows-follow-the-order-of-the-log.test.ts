import { describe, expect, it } from '@jest/globals';
import { RowStatements, type RowShape, type TableRow } from '../../../src/connect/cassandra/row-statements.js';
import type { SinkRecord } from '../../../src/topology/sink.js';
import { NO_HEADERS } from '../../../src/util/headers.js';

const NOW = Date.UTC(2026, 0, 1);
const BASE = NOW * 1_000;

const shape: RowShape = {
  keyspace: 'shop',
  table: 'Totals',
  partitionKey: [{ name: 'seller', type: 'text', of: ({ key }) => (key as string).split('/')[0] }],
  clusteringKey: [{ name: 'day', type: 'text', of: ({ key }) => (key as string).split('/')[1] }],
  values: [{ name: 'amount', type: 'decimal', of: ({ value }) => value as unknown }],
};

function row(record: Partial<SinkRecord>, more: Partial<RowShape> = {}): TableRow {
  const whole = { key: 's/1', value: '1.50', timestamp: NOW, headers: NO_HEADERS, offset: 7, ...record };
  return new RowStatements({ ...shape, ...more }).row(whole, 0, BASE, NOW);
}

describe('a row of Cassandra', () => {
  it('is written with a timestamp that its offset gives, not its event time', () => {
    expect(row({ timestamp: 0 }).statement).toEqual({
      query: 'INSERT INTO "shop"."Totals" ("seller", "day", "amount") VALUES (?, ?, ?) USING TIMESTAMP ?',
      params: ['s', '1', '1.50', String(BASE + 7)],
    });
  });

  it('is deleted by a tombstone, with the timestamp of the tombstone', () => {
    expect(row({ value: null, offset: 8 }).statement).toEqual({
      query: 'DELETE FROM "shop"."Totals" USING TIMESTAMP ? WHERE "seller" = ? AND "day" = ?',
      params: [String(BASE + 8), 's', '1'],
    });
  });

  it('is of the same partition as another one of its partition key', () => {
    const [one, other, elsewhere] = [row({ key: 's/1' }), row({ key: 's/2' }), row({ key: 't/1' })];
    expect(other.partition).toBe(one.partition);
    expect(other.row).not.toBe(one.row);
    expect(elsewhere.partition).not.toBe(one.partition);
  });

  it.each([
    ['what is left of its life', NOW - 1_500, 'INSERT', 9],
    ['its whole life when its event time is now', NOW, 'INSERT', 10],
    ['nothing when its life is over', NOW - 10_000, 'DELETE', undefined],
  ])('lives for %s', (_, timestamp, verb, seconds) => {
    const { query, params } = row({ timestamp }, { ttl: () => '10s' }).statement;
    expect(query).toMatch(verb);
    if (seconds !== undefined) expect(params.at(-1)).toBe(seconds);
  });

  it('lives for ever when its record has no time to live', () => {
    expect(row({}, { ttl: () => undefined }).statement.params.at(-1)).toBe(0);
  });

  it.each([
    ['has no key', { key: null }, {}, 'SINK_RECORD_WITHOUT_KEY'],
    ['has no value for a column of its primary key', { key: 's' }, {}, 'CASSANDRA_VALUE_INVALID'],
    ['is to live for more than twenty years', {}, { ttl: () => '7301d' }, 'CASSANDRA_VALUE_INVALID'],
  ] as const)('is none when its record %s', (_, record, more, code) => {
    expect(() => row(record, more)).toThrow(expect.objectContaining({ code }));
  });
});
