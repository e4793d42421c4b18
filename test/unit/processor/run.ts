import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string, type Serde } from '../../../src/serde/index.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';

export const text = { key: string(), value: string() };

/** Key, value and timestamp of a record. */
export type Row<K, V> = readonly [K | null, V | null, number];

/**
 * Writes a program that reads texts from `in` (and tables from `table`) and writes to `out`, pipes records through it,
 * and gives what came out. Rows for `table` are `[key, value, timestamp, 'table']`.
 */
export async function run<K, V>(
  write: (builder: StreamsBuilder) => void,
  inputs: readonly (Row<string, string> | readonly [...Row<string, string>, topic: string])[],
  out: {
    readonly key: Serde<K>;
    readonly value: Serde<V>;
    readonly cacheMaxBytes?: number;
    readonly optimize?: boolean;
  },
): Promise<Row<K, V>[]> {
  const builder = new StreamsBuilder();
  write(builder);
  await using driver = await TopologyTestDriver.start(
    builder.build({ optimization: out.optimize === true ? 'all' : 'none' }),
    { cacheMaxBytes: out.cacheMaxBytes ?? 0 },
  );
  const output = driver.createOutputTopic('out', out);
  for (const [key, value, timestamp, topic = 'in'] of inputs) {
    await driver.createInputTopic(topic, text).pipe(key, value, { timestamp });
  }
  return output.readAll().map((record) => [record.key, record.value, record.timestamp] as const);
}
