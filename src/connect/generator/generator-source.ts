import type { RecordSource, SourceBatch, SourceRecord } from '../../topology/record-source.js';
import { generate, type GeneratorRun } from './generate.js';
import type { GeneratedRecord, GeneratorDefinition } from './generator.js';

export interface GeneratorSourceOptions extends GeneratorRun {
  readonly generator: GeneratorDefinition;
  /** How many records of all its topics it makes. */
  readonly count: number;
  /** Event time of a record, milliseconds. */
  readonly timestamp: (value: unknown) => number;
}

const BATCH = 1_000;

/**
 * What a generator makes for a topic, as a source of records: of one seed, count and start always the same.
 *
 *     generatorSource({ generator: sales, seed: 1, count: 1e6, startMs: 0, timestamp: (sale) => (sale as Sale).sale_ts })
 */
export function generatorSource(options: GeneratorSourceOptions): RecordSource {
  const { generator, timestamp, ...run } = options;
  return {
    kind: 'generator',
    open: ({ topic }) =>
      Promise.resolve({
        size: run.count,
        identity: JSON.stringify(['generator', topic, run]),
        read: () => batches(generate(generator, run), topic, timestamp),
        close: () => Promise.resolve(),
      }),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- sources are read by async iteration; this one waits for nothing
async function* batches(
  records: Iterable<GeneratedRecord>,
  topic: string,
  timestamp: (value: unknown) => number,
): AsyncGenerator<SourceBatch> {
  let batch: SourceRecord[] = [];
  let done = 0;
  for (const record of records) {
    done++;
    if (record.topic === topic)
      batch.push({ key: record.key, value: record.value, timestamp: timestamp(record.value) });
    if (done % BATCH !== 0) continue;
    yield { records: batch, done };
    batch = [];
  }
  if (batch.length > 0) yield { records: batch, done };
}
