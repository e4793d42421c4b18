import { describe, expect, it } from '@jest/globals';
import { buildControlBatch } from '../../../../src/broker/record-batch/control-batch.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { batch, record, rows, values } from './sample-records.js';

const first = batch([record('a', '1'), record('b', '2')], { baseOffset: 10, leaderEpoch: 3 });
const second = batch([record('c', '3')], { baseOffset: 12, leaderEpoch: 4, compression: 'gzip' });
const marker = (type: 'commit' | 'abort', baseOffset: number): Buffer =>
  buildControlBatch({ type, producerId: 7n, producerEpoch: 1, timestamp: 99, baseOffset });

/** A batch of which compaction removed every record. */
function emptied(baseOffset: number, lastOffsetDelta: number): Buffer {
  const bytes = batch([record('x', 'y')], { baseOffset }).subarray(0, 61);
  bytes.writeInt32BE(61 - 12, 8);
  bytes.writeInt32BE(lastOffsetDelta, 23);
  bytes.writeInt32BE(0, 57);
  return bytes;
}

describe('decoding a fetch', () => {
  it('joins its batches into one set of columns', () => {
    const { records, nextOffset } = decodeRecords(Buffer.concat([first, second]), 10);
    expect(rows(records).map(({ offset, value }) => [offset, value?.toString()])).toEqual([
      [10, '1'],
      [11, '2'],
      [12, '3'],
    ]);
    expect([records.leaderEpoch(1), records.leaderEpoch(2)]).toEqual([3, 4]);
    expect(records.byteLength).toBe(first.length + second.length);
    expect(nextOffset).toBe(13);
  });

  it('skips records below the offset that was asked for', () => {
    expect(values(Buffer.concat([first, second]), 11)).toEqual(['2', '3']);
    expect(values(Buffer.concat([first, second]), 12)).toEqual(['3']);
  });

  it.each([1, 12, 40, 61, 65])('ignores a last batch cut off after %i bytes', (length) => {
    const { records, nextOffset } = decodeRecords(Buffer.concat([first, second.subarray(0, length)]), 10);
    expect(records.length).toBe(2);
    expect(nextOffset).toBe(12);
  });

  it('stays where it is when nothing is whole', () => {
    expect(decodeRecords(first.subarray(0, 50), 10)).toMatchObject({ nextOffset: 10, records: { length: 0 } });
    expect(decodeRecords(Buffer.alloc(0), 10)).toMatchObject({ nextOffset: 10, records: { length: 0 } });
  });

  it('moves past control batches and shows them to the filter', () => {
    const seen: unknown[] = [];
    const bytes = Buffer.concat([first, marker('commit', 12), marker('abort', 13)]);
    const { records, nextOffset } = decodeRecords(bytes, 10, (header) => {
      seen.push([header.baseOffset, header.control, header.controlType, header.producerId]);
      return true;
    });
    expect(seen).toEqual([
      [10, false, undefined, -1n],
      [12, true, 'commit', 7n],
      [13, true, 'abort', 7n],
    ]);
    expect(records.length).toBe(2);
    expect(nextOffset).toBe(14);
  });

  it('moves past batches that the filter refuses', () => {
    const { records, nextOffset } = decodeRecords(Buffer.concat([first, second]), 10, (header) => header.count === 2);
    expect(records.length).toBe(2);
    expect(nextOffset).toBe(13);
  });

  it('moves past batches that compaction emptied', () => {
    const { records, nextOffset } = decodeRecords(Buffer.concat([emptied(5, 4), first]), 5, undefined, false);
    expect(records.length).toBe(2);
    expect(nextOffset).toBe(12);
    expect(decodeRecords(emptied(5, 4), 5, undefined, false).nextOffset).toBe(10);
  });

  it('never moves backwards on a batch that ends below the offset asked for', () => {
    expect(decodeRecords(first, 20)).toMatchObject({ nextOffset: 20, records: { length: 0 } });
  });

  it("takes the broker's time where the topic uses log-append time", () => {
    const bytes = Buffer.from(first);
    bytes.writeInt16BE(bytes.readInt16BE(21) | 8, 21);
    bytes.writeBigInt64BE(123_456_789_012n, 35);
    const { records } = decodeRecords(bytes, 0, undefined, false);
    expect([records.timestamp(0), records.timestamp(1)]).toEqual([123_456_789_012, 123_456_789_012]);
  });
});
