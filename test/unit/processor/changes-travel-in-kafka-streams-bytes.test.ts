import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Change } from '../../../src/processor/ktable/change.js';
import { changeSerde } from '../../../src/processor/ktable/change-serde.js';
import { string } from '../../../src/serde/index.js';

interface FormatVector {
  readonly what: string;
  readonly inputs: { readonly newValue: string | null; readonly oldValue: string | null };
  readonly hex: string;
}

/** Bytes that the Java library wrote. */
const formats = JSON.parse(readFileSync('test/conformance/formats.json', 'utf8')) as FormatVector[];
const vectors = formats.filter(({ what }) => what.startsWith('Change in a KTable'));

const serde = changeSerde(string());
const read = (hex: string): Change<string> => {
  const bytes = Buffer.from(`ff${hex}ff`, 'hex');
  return serde.deserialize(bytes, 1, bytes.length - 1);
};

describe('a change', () => {
  it.each(vectors)('is written as $hex', ({ inputs, hex }) => {
    const change = new Change(inputs.newValue, inputs.oldValue);
    expect(serde.serialize(change).toString('hex')).toBe(hex);
    expect(read(hex)).toEqual(change);
  });

  it.each([
    ['6f6c640103', new Change<string>(null, 'old')],
    ['6e65770104', new Change<string>('new', null)],
    ['066e65776f6c640105', new Change('new', 'old')],
  ])('is read from %s, where Java told whether it is the latest', (hex, change) => {
    expect(read(hex)).toEqual(change);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'grapheme' }),
        (newValue, oldValue) => {
          const change = new Change(newValue, oldValue);
          const bytes = serde.serialize(change);
          expect(serde.deserialize(bytes, 0, bytes.length)).toEqual(change);
        },
      ),
    );
  });

  it('is refused when nothing tells what it holds', () => {
    expect(() => read('6e657709')).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
    expect(() => read('7e6e657702')).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
    expect(() => read('ff02')).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
    expect(() => read('')).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
  });
});
