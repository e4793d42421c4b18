import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { bufferRowBytes, bufferTimeOf, readBufferedChange } from '../../../src/state/changelog/buffer-format.js';

interface Format {
  readonly what: string;
  readonly inputs: {
    readonly priorValue: string | null;
    readonly oldValue: string | null;
    readonly newValue: string | null;
    readonly recordTimestamp: number;
    readonly offset: number;
    readonly partition: number;
    readonly topic: string;
    readonly headers: readonly (readonly [string, string | null])[];
    readonly bufferTime: number;
  };
  readonly hex: string;
}

const formats = JSON.parse(readFileSync('test/conformance/formats.json', 'utf8')) as Format[];
const buffered = formats.filter(({ what }) => what.startsWith('suppress buffer'));

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
const hexBytes = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'));

function changeOf({ priorValue, oldValue, newValue, recordTimestamp, headers, ...at }: Format['inputs']) {
  const { topic, partition, offset } = at;
  return {
    context: {
      topic,
      partition,
      offset,
      timestamp: recordTimestamp,
      headers: headers.map(([name, hex]) => [name, hexBytes(hex)] as const),
    },
    priorValue: bytes(priorValue),
    oldValue: bytes(oldValue),
    newValue: bytes(newValue),
  };
}

describe('a change that is held back is logged in the bytes of Kafka Streams', () => {
  it.each(buffered)('$inputs', ({ inputs, hex }) => {
    const row = bufferRowBytes(changeOf(inputs), inputs.bufferTime);
    expect(row.toString('hex')).toBe(hex);
    expect(bufferTimeOf(row)).toBe(inputs.bufferTime);
    expect(readBufferedChange(row)).toEqual(changeOf(inputs));
  });
});
