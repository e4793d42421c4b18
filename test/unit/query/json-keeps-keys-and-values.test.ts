import { describe, expect, it } from '@jest/globals';
import { keyFromJson, toJson } from '../../../src/query/json-value.js';
import { calendar } from '../../../src/processor/window/calendar-windows.js';
import {
  bytes,
  calendarWindowed,
  double,
  int64,
  integer,
  json,
  long,
  string,
  timeWindowed,
} from '../../../src/serde/index.js';

const days = calendar('week', { timeZone: 'Europe/Berlin' });

describe('a value as JSON', () => {
  it.each([
    ['text', 'a', 'a'],
    ['a number', 1.5, 1.5],
    ['a bigint that a number can hold', 12n, 12],
    ['a bigint beyond 2^53, as text', 9_007_199_254_740_993n, '9007199254740993'],
    ['NaN, by name', NaN, 'NaN'],
    ['bytes, in base64', Buffer.from([1, 2]), 'AQI='],
    ['an object without what JSON has no text for', { a: 1n, b: undefined, c: [null] }, { a: 1, c: [null] }],
    ['a map', new Map([['a', 1]]), { a: 1 }],
  ])('is %s', (_, value, expected) => {
    expect(toJson(value)).toEqual(expected);
  });
});

describe('a key from JSON', () => {
  it.each([
    [string(), 'a', 'a'],
    [long(), 5, 5],
    [long(), '5', 5],
    [integer(), 5, 5],
    [double(), 0.5, 0.5],
    [int64(), '9007199254740993', 9_007_199_254_740_993n],
    [bytes(), 'AQI=', Buffer.from([1, 2])],
    [json(), { a: 1 }, { a: 1 }],
    [timeWindowed(long(), 10), { key: '7', start: 0, end: 10 }, { key: 7, start: 0, end: 10 }],
    [calendarWindowed(long(), days), { key: '7', start: 0, end: 10 }, { key: 7, start: 0, end: 10 }],
  ])('is what the serde %# writes', (serde, given, expected) => {
    expect(keyFromJson(serde, given)).toEqual(expected);
  });

  it.each([
    [string(), 5],
    [string(), undefined],
    [long(), 'five'],
    [integer(), 2 ** 40],
    [int64(), 'five'],
  ])('is refused with the serde and the value (%#)', (serde, given) => {
    expect(() => keyFromJson(serde, given)).toThrow(serde.name);
  });
});
