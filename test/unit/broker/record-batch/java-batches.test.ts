import { describe, expect, it } from '@jest/globals';
import { BatchHeader } from '../../../../src/broker/record-batch/batch-header.js';
import type { Compression } from '../../../../src/broker/record-batch/compression.js';
import { buildControlBatch } from '../../../../src/broker/record-batch/control-batch.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { batch, record, rows } from './sample-records.js';

/** Read raw from a broker of Kafka 4.3.1; written by its console producer with each `--compression-codec`. */
const WRITTEN_BY_JAVA: readonly [Compression, string][] = [
  [
    'none',
    '00000000000000000000005e0000000002eb2015ab000000000000000001a1fd8410dd000001a1fd8410ddffffffffffffffffffffffffffff0000000158000000066b6579346d696c6c72616365206d696c6c72616365206d696c6c7261636504046831027804683200',
  ],
  [
    'gzip',
    '000000000000000300000063000000000253d8b307000100000000000001a1fd84164b000001a1fd84164bffffffffffffffffffffffffffff000000011f8b08000000000000ff8b60606060cb4ead34c9cdccc9294a4c4e55c060b0b064183255b06418310000f7e277c12d000000',
  ],
  [
    'snappy',
    '0000000000000006000000670000000002e85fee0b000200000000000001a1fd841bbe000001a1fd841bbeffffffffffffffffffffffffffff0000000182534e41505059000000000100000001000000222d4458000000066b6579346d696c6c72616365204209002404046831027804683200',
  ],
  [
    'lz4',
    '0000000000000009000000610000000002dd6e150e000300000000000001a1fd842123000001a1fd842123ffffffffffffffffffffffffffff0000000104224d1860408221000000fd0358000000066b6579346d696c6c72616365200900a00404683102780468320000000000',
  ],
  [
    'zstd',
    '000000000000000c0000005f00000000022713fd3d000400000000000001a1fd8426c8000001a1fd8426c8ffffffffffffffffffffffffffff0000000128b52ffd0058140100e058000000066b6579346d696c6c7261636520040468310278046832000100389730010000',
  ],
];

/** Written by a transaction coordinator of the same version. */
const MARKER =
  '0000000000000034000000420000000002cdec5568003000000000000001a1fd7d5ffc000001a1fd7d5ffc00000000000000010001ffffffff000000012000000008000000000c00000000000000';

describe("Java's bytes", () => {
  it.each(WRITTEN_BY_JAVA)('compressed with %s are read', (compression, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(new BatchHeader(bytes, 0).compression).toBe(compression);
    expect(rows(decodeRecords(bytes, 0).records)).toMatchObject([
      {
        key: Buffer.from('key'),
        value: Buffer.from('millrace millrace millrace'),
        headers: [
          ['h1', Buffer.from('x')],
          ['h2', Buffer.alloc(0)],
        ],
      },
    ]);
  });

  it('are those written here', () => {
    const headers = [['h1', Buffer.from('x')] as const, ['h2', Buffer.alloc(0)] as const];
    const ours = batch([record('key', 'millrace millrace millrace', 1_795_254_653_149, headers)], { leaderEpoch: 0 });
    expect(ours.toString('hex')).toBe(WRITTEN_BY_JAVA[0]?.[1]);
  });

  it('of the end of a transaction are those written here', () => {
    const bytes = Buffer.from(MARKER, 'hex');
    const { producerId, producerEpoch, leaderEpoch, baseOffset, baseTimestamp: timestamp } = new BatchHeader(bytes, 0);
    const ours = buildControlBatch({
      type: 'abort',
      producerId,
      producerEpoch,
      timestamp,
      baseOffset,
      leaderEpoch,
    });
    expect(ours.toString('hex')).toBe(MARKER);
  });
});
