import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { avroFile } from '../../src/connect/files/avro-file.js';
import type { FileFormat } from '../../src/connect/files/file-format.js';
import { fileSink } from '../../src/connect/files/file-sink.js';
import { fileSource } from '../../src/connect/files/file-source.js';
import { jsonLines } from '../../src/connect/files/json-lines.js';
import { parquetFile } from '../../src/connect/files/parquet-file.js';
import { defineGenerator } from '../../src/connect/generator/generator.js';
import { generatorSource } from '../../src/connect/generator/generator-source.js';
import { silentLogger } from '../../src/observability/log.js';
import { avro } from '../../src/serde/avro/avro.js';
import { sourceContract, type SourceRow, type SourceWorld } from '../../src/testing/contract/source/source-contract.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemClock } from '../../src/util/time.js';

const Row = avro.record('Row', { key: avro.string(), value: avro.int(), timestamp: avro.long() });
const timeOf = ({ key, value, timestamp }: { key: string; value: number; timestamp: Date }): SourceRow => {
  return { key, value, timestamp: timestamp.getTime() };
};

/** What a file sink has written is what a file source reads. */
function files(name: string, format: FileFormat<never>, record?: typeof timeOf): SourceWorld {
  return {
    name,
    async fill(rows) {
      const to = await mkdtemp(join(tmpdir(), 'source-'));
      const row = ({ key, value, timestamp }: SourceRow): unknown => ({ key, value, timestamp });
      const sink = fileSink<string, number, never>({ to, format, row: (each) => row(each as SourceRow) as never }); // each format holds such rows
      const place = { applicationId: 'app', sink: 'sink', topic: 'in', topicId: 'id', partition: 0 };
      const writer = await sink.open({ ...place, clock: systemClock, log: silentLogger });
      const records = rows.map((each, offset) => ({ ...each, offset, headers: NO_HEADERS }));
      await writer.write({ records, nextOffset: rows.length });
      await writer.flush();
      await writer.close();
      return {
        source: fileSource({ from: to, ...(record && { record }) }),
        dispose: () => rm(to, { recursive: true }),
      };
    },
  };
}

const generator: SourceWorld = {
  name: 'generator',
  fill(rows) {
    const next = ({ index }: { readonly index: number }) => {
      return { topic: 'contract', key: rows[index]?.key ?? '', value: rows[index]?.value };
    };
    const definition = defineGenerator({ topics: ['contract'], ratePerSecond: 1, options: {}, next });
    const times = new Map<unknown, number>(rows.map(({ value, timestamp }) => [value, timestamp]));
    const timestamp = (value: unknown): number => times.get(value) ?? -1;
    const source = generatorSource({ generator: definition, seed: 1, count: rows.length, startMs: 0, timestamp });
    return Promise.resolve({ source, dispose: () => Promise.resolve() });
  },
};

const parquet = parquetFile({ columns: { key: 'string', value: 'int32', timestamp: 'timestamp' } });
const worlds: readonly SourceWorld[] = [
  files('JSON Lines', jsonLines()),
  files('Avro', avroFile({ schema: Row })),
  files('Parquet', parquet, timeOf),
  generator,
];

describe.each(worlds)('sources: $name', (world) => {
  it.each(sourceContract(world))('$name', ({ run }) => run());
});
