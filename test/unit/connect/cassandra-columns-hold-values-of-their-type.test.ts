import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import { toDriver, type CassandraType } from '../../../src/connect/cassandra/cassandra-value.js';

const circle: unknown[] = [];
circle.push(circle);
const id = '123e4567-e89b-42d3-a456-426614174000';

describe('a column of Cassandra', () => {
  it.each<[CassandraType, value: unknown, driver: unknown]>([
    ['text', '', ''],
    ['int', -(2 ** 31), -(2 ** 31)],
    ['tinyint', 127, 127],
    ['bigint', 2n ** 63n - 1n, '9223372036854775807'],
    ['bigint', -5, '-5'],
    ['varint', 10n ** 30n, '1000000000000000000000000000000'],
    ['decimal', '0.10', '0.10'],
    ['decimal', new Big('-1.5e-7'), '-0.00000015'],
    ['decimal', '1E3', '1000'],
    ['decimal', 7n, '7'],
    ['double', Number.NaN, Number.NaN],
    ['blob', new Uint8Array([1, 2, 3]).subarray(1), Buffer.from([2, 3])],
    ['timestamp', 0, new Date(0)],
    ['date', '2024-02-29', '2024-02-29'],
    ['uuid', id, id],
    ['json', 'a', '"a"'],
    ['json', { a: null }, '{"a":null}'],
    ['int', undefined, null],
    ['text', null, null],
  ])('of type %s takes %p exactly', (type, value, driver) => {
    expect(toDriver(value, 'column', type)).toEqual(driver);
  });

  it.each<[CassandraType, value: unknown]>([
    ['text', 1],
    ['ascii', 'ü'],
    ['int', 2 ** 31],
    ['int', 1.5],
    ['tinyint', -129],
    ['smallint', 32_768],
    ['bigint', 2n ** 63n],
    ['bigint', 2 ** 53],
    ['varint', 0.5],
    ['decimal', 0.1],
    ['decimal', 'ten'],
    ['decimal', new Big('1e20000')],
    ['float', '1'],
    ['boolean', 0],
    ['blob', 'ff'],
    ['timestamp', new Date(Number.NaN)],
    ['timestamp', '2026-01-01'],
    ['date', '2026-02-30'],
    ['date', new Date()],
    ['uuid', 'not one'],
    ['timeuuid', id],
    ['json', 1n],
    ['json', circle],
  ])('of type %s refuses %p, and names itself', (type, value) => {
    const refused = {
      code: 'CASSANDRA_VALUE_INVALID',
      kind: 'data',
      message: expect.stringContaining(`"column" (${type})`),
    };
    expect(() => toDriver(value, 'column', type)).toThrow(expect.objectContaining(refused));
  });
});
