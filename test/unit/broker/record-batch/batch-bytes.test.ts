import { describe, expect, it } from '@jest/globals';
import { assignOffset, BatchHeader } from '../../../../src/broker/record-batch/batch-header.js';
import { buildControlBatch } from '../../../../src/broker/record-batch/control-batch.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { RecordBatchBuilder, recordSizeBound } from '../../../../src/broker/record-batch/record-batch-builder.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { batch, record, values } from './sample-records.js';

describe('the bytes of a batch', () => {
  it('are laid out as the format says', () => {
    const bytes = batch([record('k', 'v1', 1000, [['h', Buffer.from('x')]]), record(null, null, 1003)], {
      baseOffset: 5,
      producerId: 9n,
      producerEpoch: 2,
      baseSequence: 4,
      transactional: true,
    });
    expect(bytes.subarray(61).toString('hex')).toBe('1a000000026b04763102026802780c000602010100');
    expect(new BatchHeader(bytes, 0)).toMatchObject({ baseOffset: 5, lastOffset: 6, producerId: 9n, producerEpoch: 2 });
  });

  it('say how large the batch will be, before it is built', () => {
    const builder = new RecordBatchBuilder();
    for (let i = 0; i < 100; i++) {
      const before = builder.sizeInBytes;
      const [key, value] = [Buffer.from(`key-${i}`), Buffer.alloc(i * 20)];
      builder.append(key, value, i * 1e9, NO_HEADERS);
      expect(builder.sizeInBytes - before).toBeLessThanOrEqual(recordSizeBound(key, value, NO_HEADERS));
    }
    const { sizeInBytes } = builder;
    expect(builder.build().length).toBe(sizeInBytes);
    expect(builder).toMatchObject({ count: 0, sizeInBytes: 61 });
  });

  it('belong to the caller: the next batch of the same builder does not touch them', () => {
    const builder = new RecordBatchBuilder();
    const built = [1, 400, 3].map((size) => {
      for (let i = 0; i < size; i++) builder.append(null, Buffer.from(`${size}`), 0, NO_HEADERS);
      return builder.build();
    });
    expect(built.map((bytes) => new Set(values(bytes)))).toEqual([new Set(['1']), new Set(['400']), new Set(['3'])]);
  });

  it('keep their checksum when a broker assigns offset and leader epoch', () => {
    const bytes = batch([record('a', '1'), record('b', '2')]);
    assignOffset(bytes, 2 ** 35, 8);
    const { records } = decodeRecords(bytes, 0);
    expect([records.offset(1), records.leaderEpoch(1)]).toEqual([2 ** 35 + 1, 8]);
  });

  it('of a control batch hold its marker', () => {
    const bytes = buildControlBatch({ type: 'abort', producerId: 3n, producerEpoch: 4, timestamp: 5, baseOffset: 6 });
    expect(bytes.length).toBe(78);
    expect(new BatchHeader(bytes, 0)).toMatchObject({ control: true, transactional: true, controlType: 'abort' });
    expect(decodeRecords(bytes, 0).nextOffset).toBe(7);
  });
});
