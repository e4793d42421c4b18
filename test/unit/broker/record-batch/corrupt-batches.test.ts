import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildControlBatch } from '../../../../src/broker/record-batch/control-batch.js';
import { CorruptRecordError } from '../../../../src/broker/record-batch/corrupt-record-error.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { MillraceError } from '../../../../src/util/errors.js';
import { batch, record } from './sample-records.js';

const good = batch([record('a', '1'), record('b', '2')], { baseOffset: 40 });

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(good);
  change(bytes);
  return bytes;
}

describe('a corrupt batch', () => {
  it('is refused whichever byte under the checksum was flipped, naming its offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: good.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const bytes = changed((copy) => copy.writeUInt8((copy[at] ?? 0) ^ (1 << bit), at));
        expect(() => decodeRecords(bytes, 40)).toThrow(/batch at offset 40 is corrupt: its checksum/);
      }),
    );
  });

  it('leaves what stands before it readable, and throws when it comes first', () => {
    const bad = changed((bytes) => bytes.writeUInt8(99, bytes.length - 2));
    const before = batch([record('z', '0')], { baseOffset: 39 });
    expect(decodeRecords(Buffer.concat([before, bad]), 39)).toMatchObject({ nextOffset: 40, records: { length: 1 } });
    expect(() => decodeRecords(bad, 40)).toThrow(CorruptRecordError);
  });

  it.each([
    ['a count beyond its bytes', (bytes: Buffer) => bytes.writeInt32BE(2 ** 30, 57), 'too short'],
    ['a count below its records', (bytes: Buffer) => bytes.writeInt32BE(1, 57), 'do not fill it'],
    ['a record beyond its end', (bytes: Buffer) => bytes.writeUInt8(0x7e, 61), 'do not fill it'],
    ['a negative record length', (bytes: Buffer) => bytes.writeUInt8(0x01, 61), 'do not fill it'],
    ['a key beyond its record', (bytes: Buffer) => bytes.writeUInt8(0x7e, 65), 'do not fill it'],
    ['a negative length', (bytes: Buffer) => bytes.writeInt32BE(-20, 8), 'length is -20'],
    ['an unknown compression', (bytes: Buffer) => bytes.writeInt16BE(7, 21), 'unknown compression 7'],
    ['bytes that are not gzip', (bytes: Buffer) => bytes.writeInt16BE(1, 21), 'gzip cannot read it'],
    ['a format of the future', (bytes: Buffer) => bytes.writeUInt8(3, 16), 'format is 3'],
  ])('with %s is refused even unchecked', (_, change, message) => {
    expect(() => decodeRecords(changed(change), 40, undefined, false)).toThrow(message);
  });

  it('never ends in anything but records or an error of ours, whatever its bytes', () => {
    const control = buildControlBatch({
      type: 'commit',
      producerId: 1n,
      producerEpoch: 0,
      timestamp: 0,
      baseOffset: 40,
    });
    const compressed = (['gzip', 'snappy', 'lz4', 'zstd'] as const).map((compression) =>
      batch([record('a', 'aaaaaaaaaaaaaaaaaaaaaaaa'), record('b', '2')], { compression, baseOffset: 40 }),
    );
    const change = fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(good, control, ...compressed),
        fc.array(change, { minLength: 1 }),
        (whole, changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            const { records } = decodeRecords(bytes, 40, ({ controlType }) => controlType !== 'abort', false);
            for (let i = 0; i < records.length; i++) records.headers(i);
          } catch (error) {
            expect(error).toBeInstanceOf(MillraceError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([0, 1])('of the old message format %i is refused with a remedy', (magic) => {
    const bytes = changed((copy) => copy.writeUInt8(magic, 16));
    expect(() => decodeRecords(bytes, 40)).toThrow(`message format ${magic}`);
  });
});
