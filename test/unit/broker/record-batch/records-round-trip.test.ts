import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Compression } from '../../../../src/broker/record-batch/compression.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { arbitraryRecord, batch, record, rows } from './sample-records.js';

const COMPRESSIONS: Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describe('records come back as they were appended', () => {
  it.each(COMPRESSIONS)('with compression %s', (compression) => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { minLength: 1, maxLength: 30 }), (records) => {
        const { records: columns, nextOffset } = decodeRecords(batch(records, { compression, baseOffset: 100 }), 100);
        expect(rows(columns)).toEqual(records.map((sample, i) => ({ ...sample, offset: 100 + i })));
        expect(nextOffset).toBe(100 + records.length);
      }),
      { numRuns: compression === 'none' ? 200 : 40 },
    );
  });

  it('at offsets and time differences beyond 32 bits', () => {
    const records = [
      record('a', '1', 0),
      record('b', '2', 2 ** 52),
      record('c', '3', -1),
      record('d', '4', 2 ** 33 + 1),
    ];
    const { records: columns } = decodeRecords(batch(records, { baseOffset: 2 ** 40 }), 0);
    expect(rows(columns).map(({ timestamp }) => timestamp)).toEqual([0, 2 ** 52, -1, 2 ** 33 + 1]);
    expect(columns.offset(3)).toBe(2 ** 40 + 3);
  });

  it('when 150,000 of them make one batch', () => {
    const records = Array.from({ length: 150_000 }, (_, i) => record(String(i), 'v', i));
    const { records: columns, nextOffset } = decodeRecords(batch(records, { compression: 'lz4' }), 0);
    expect(columns.length).toBe(150_000);
    expect(nextOffset).toBe(150_000);
    expect(columns.offset(149_999)).toBe(149_999);
    expect(columns.buffer(149_999).toString('utf8', columns.keyStart(149_999), columns.keyEnd(149_999))).toBe('149999');
  });

  it('with names of headers in any script, and headers without a value', () => {
    const headers = [
      ['naïve ✓', Buffer.from('x')] as const,
      ['empty', Buffer.alloc(0)] as const,
      ['null', null] as const,
    ];
    const { records: columns } = decodeRecords(batch([record('k', null, 5, headers)]), 0);
    expect(columns.headers(0)).toEqual(headers);
    expect(columns.valueStart(0)).toBe(-1);
  });
});
