import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  NO_END,
  double,
  int64,
  integer,
  long,
  sessionWindowed,
  string,
  timeWindowed,
} from '../../../src/serde/index.js';
import type { Serde } from '../../../src/serde/index.js';

interface Format {
  readonly what: string;
  readonly inputs: Readonly<Record<string, string | number>>;
  readonly hex: string;
}

const formats = JSON.parse(readFileSync('test/conformance/formats.json', 'utf8')) as Format[];
const of = (what: string): Format[] => formats.filter((format) => format.what === what);
const number = (value: string | number | undefined): number => {
  const read = Number(value);
  return read > Number.MAX_SAFE_INTEGER ? NO_END : read;
};

function expectBothWays<T>(serde: Serde<T>, value: T, hex: string): void {
  expect(serde.serialize(value).toString('hex')).toBe(hex);
  const padded = Buffer.from(`ffff${hex}ffff`, 'hex');
  expect(serde.deserialize(padded, 2, padded.length - 2)).toEqual(value);
}

describe('serdes write what Kafka Streams writes', () => {
  const longs = of('serde.long').filter(({ inputs }) => inputs['value'] !== '-9223372036854775808');
  it.each(longs)('long $inputs', ({ inputs, hex }) => {
    expectBothWays(long(), number(inputs['value']), hex);
  });
  it.each(of('serde.long'))('int64 $inputs', ({ inputs, hex }) => {
    expectBothWays(int64(), BigInt(inputs['value']!), hex);
  });
  it.each(of('serde.integer'))('integer $inputs', ({ inputs, hex }) => {
    expectBothWays(integer(), Number(inputs['value']), hex);
  });
  it.each(of('serde.double'))('double $inputs', ({ inputs, hex }) => {
    expectBothWays(double(), Number(inputs['value']), hex);
  });
  it.each(of('serde.string'))('string $inputs', ({ inputs, hex }) => {
    expectBothWays(string(), String(inputs['value']), hex);
  });
  it.each(of('TimeWindowedSerializer'))('timeWindowed $inputs', ({ inputs, hex }) => {
    const window = { key: String(inputs['key']), start: number(inputs['start']), end: number(inputs['end']) };
    expectBothWays(timeWindowed(string(), window.end - window.start), window, hex);
  });
  it.each(of('SessionWindowedSerializer'))('sessionWindowed $inputs', ({ inputs, hex }) => {
    const window = { key: String(inputs['key']), start: number(inputs['start']), end: number(inputs['end']) };
    expectBothWays(sessionWindowed(string()), window, hex);
  });
});
