import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  sequenceOf,
  windowKey,
  windowStartOf,
  windowStartOfMapKey,
} from '../../../src/state/changelog/window-format.js';
import { withTimestamp } from '../../../src/state/value-codec.js';

interface Format {
  readonly what: string;
  readonly inputs: {
    readonly key: string;
    readonly start: number;
    readonly seqnum: number;
    readonly value: string;
    readonly timestamp: number;
  };
  readonly hex: string;
}

const formats = JSON.parse(readFileSync('test/conformance/formats.json', 'utf8')) as Format[];
const of = (what: string): Format[] => formats.filter((format) => format.what.startsWith(what));

describe('state is written in the bytes of Kafka Streams', () => {
  it.each(of('window store changelog key'))('window key $inputs', ({ inputs: { key, start, seqnum }, hex }) => {
    const written = windowKey(Buffer.from(key), start, seqnum);
    expect(written.toString('hex')).toBe(hex);
    expect([windowStartOf(written), sequenceOf(written)]).toEqual([start, seqnum]);
  });
  it.each([0, 1, -1, 255, 2 ** 31, 2 ** 32 - 1, -(2 ** 32) - 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    'a window start of %i is read from bytes and from their string',
    (start) => {
      const written = windowKey(Buffer.from('key'), start, 7);
      expect([windowStartOf(written), windowStartOfMapKey(written.latin1Slice())]).toEqual([start, start]);
    },
  );
  it.each(of('ValueAndTimestamp (string)'))('value and timestamp $inputs', ({ inputs: { value, timestamp }, hex }) => {
    expect(withTimestamp(Buffer.from(value), timestamp).toString('hex')).toBe(hex);
  });
});
