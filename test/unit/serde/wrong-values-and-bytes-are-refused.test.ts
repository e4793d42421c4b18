import { describe, expect, it } from '@jest/globals';
import {
  SerdeError,
  bytes,
  double,
  int64,
  integer,
  json,
  long,
  sessionWindowed,
  string,
  timeWindowed,
} from '../../../src/serde/index.js';
import type { Serde } from '../../../src/serde/index.js';

const loop: { self?: unknown } = {};
loop.self = loop;

describe('a serde refuses', () => {
  it.each([
    [string(), 5],
    [string(), undefined],
    [long(), 1.5],
    [long(), 2 ** 53],
    [long(), '1'],
    [long(), NaN],
    [int64(), 5],
    [int64(), 2n ** 63n],
    [integer(), 2 ** 31],
    [integer(), 1.5],
    [double(), '1'],
    [bytes(), 'text'],
    [json(), undefined],
    [json(), 5n],
    [json(), loop],
    [timeWindowed(string(), 10), { key: 'a', start: 0.5, end: 1 }],
    [sessionWindowed(string()), { key: 'a', start: 0, end: 2 ** 60 }],
  ] as [Serde<unknown>, unknown][])('%j to write %p', (serde, value) => {
    expect(() => serde.serialize(value)).toThrow(SerdeError);
    expect(() => serde.serialize(value)).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_VALUE' }));
  });

  it.each([
    [long(), '00000000000000'],
    [long(), '0020000000000000'],
    [long(), '7ffffffffffffffe'],
    [long(), '8000000000000000'],
    [int64(), '00'],
    [integer(), '0000000001'],
    [double(), ''],
    [json(), '7b'],
    [json(), ''],
    [timeWindowed(string(), 10), '00000000000000'],
    [sessionWindowed(string()), '000000000000000000000000000000'],
  ] as [Serde<unknown>, string][])('%j to read %s', (serde, hex) => {
    const read = Buffer.from(hex, 'hex');
    expect(() => serde.deserialize(read, 0, read.length)).toThrow(
      expect.objectContaining({ code: 'SERDE_INVALID_BYTES', serde: serde.name }),
    );
  });
});

describe('json', () => {
  it('gives back what it wrote, compact and in order', () => {
    const written = json<{ b: number; a: string[] }>().serialize({ b: 1, a: ['ü', ''] });
    expect(written.toString()).toBe('{"b":1,"a":["ü",""]}');
    expect(json().deserialize(written, 0, written.length)).toEqual({ b: 1, a: ['ü', ''] });
  });
});

describe('bytes', () => {
  it('reads the part it is given', () => {
    expect(bytes().deserialize(Buffer.from('0102030405', 'hex'), 1, 3).toString('hex')).toBe('0203');
  });
});
