/*
 * CPU seconds per million records (16 B key, 100 B value) of building and reading record batches, in memory:
 *
 *     node --import ./test/support/typescript.js bench/micro/record-batch.ts [RECORDS_PER_BATCH]
 */
import type { Compression } from '../../src/broker/record-batch/compression.js';
import { decodeRecords } from '../../src/broker/record-batch/decode.js';
import { RecordBatchBuilder } from '../../src/broker/record-batch/record-batch-builder.js';
import { NO_HEADERS } from '../../src/util/headers.js';

const RECORDS = 2_000_000;
const ROUNDS = 5;
const perBatch = Number(process.argv[2] ?? 1000);
const batches = Math.ceil(RECORDS / perBatch);

const keys = Array.from({ length: perBatch }, (_, i) => Buffer.from(`user-${i}`.padEnd(16, '.')));
const values = Array.from({ length: perBatch }, (_, i) =>
  Buffer.from(`{"n":${i},"text":"`.padEnd(98, 'lorem ') + '"}'),
);

function build(builder: RecordBatchBuilder, compression: Compression): Buffer {
  for (let i = 0; i < perBatch; i++) builder.append(keys[i]!, values[i]!, 1_700_000_000_000 + i, NO_HEADERS);
  return builder.build({ compression, producerId: 7n, producerEpoch: 1, baseSequence: 0, transactional: true });
}

/** Bytes of keys and values by position only, as a serde that reads in place does. */
function readPositions(fetched: Buffer, checkCrc: boolean): number {
  const { records } = decodeRecords(fetched, 0, undefined, checkCrc);
  let sum = 0;
  for (let i = 0; i < records.length; i++) {
    sum += records.offset(i) + records.timestamp(i) + records.keyEnd(i) - records.keyStart(i);
    sum += records.valueEnd(i) - records.valueStart(i);
  }
  return sum;
}

/** Keys and values as buffers. */
function readSlices(fetched: Buffer): number {
  const { records } = decodeRecords(fetched, 0);
  let sum = 0;
  for (let i = 0; i < records.length; i++) {
    const buffer = records.buffer(i);
    sum += buffer.subarray(records.keyStart(i), records.keyEnd(i)).length;
    sum += buffer.subarray(records.valueStart(i), records.valueEnd(i)).length;
  }
  return sum;
}

function measure(name: string, run: () => unknown): void {
  const seconds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < batches; i++) run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6 / ((batches * perBatch) / 1e6);
  });
  const best = Math.min(...seconds);
  console.log(`${name.padEnd(34)} ${best.toFixed(3)} CPU s per million  ${(1 / best).toFixed(2)} million/s`);
}

console.log(`Node ${process.version}, ${perBatch} records per batch, best of ${ROUNDS}`);
const builder = new RecordBatchBuilder();
const plain = build(builder, 'none');
measure('build', () => build(builder, 'none'));
measure('read positions, unchecked', () => readPositions(plain, false));
measure('read positions', () => readPositions(plain, true));
measure('read keys and values', () => readSlices(plain));
for (const compression of ['lz4', 'snappy', 'zstd', 'gzip'] as const) {
  const compressed = build(builder, compression);
  measure(`build, ${compression}`, () => build(builder, compression));
  measure(`read positions, ${compression}`, () => readPositions(compressed, true));
}
