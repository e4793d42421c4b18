import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { long, timeWindowed, string, type Serde, type Windowed } from '../../../src/serde/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../src/testing/topology-test-driver.js';
import { text } from './run.js';

/** What happens to a program, in order: records at `in` (key, value, time), or wall-clock time that passes. */
export type Step = readonly [key: string, value: string, timestamp: number] | number;

/** Counts of windows of 10 ms, as text. */
export const counts = {
  key: timeWindowed(string(), 10),
  value: long(),
  show: (window: Windowed<string> | null, count: number | null): string =>
    `${window?.key}${window?.start}-${window?.end}=${count}`,
};

/** Starts a program that reads `in` and writes to `out`. */
export function start(
  write: (builder: StreamsBuilder) => void,
  options: TopologyTestDriverOptions = {},
): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  write(builder);
  return TopologyTestDriver.start(builder.build(), options);
}

/** Runs the steps. */
export async function play(driver: TopologyTestDriver, steps: readonly Step[]): Promise<void> {
  const input = driver.createInputTopic('in', text);
  for (const step of steps) {
    if (typeof step === 'number') await driver.advanceWallClock(step);
    else await input.pipe(step[0], step[1], { timestamp: step[2] });
  }
}

/** What came out since the last call, as text. */
export function shown<K, V>(
  driver: TopologyTestDriver,
  { key, value, show }: { key: Serde<K>; value: Serde<V>; show: (key: K | null, value: V | null) => string },
): string[] {
  const records = driver.createOutputTopic('out', { key, value }).readAll();
  return records.map((record) => show(record.key, record.value));
}
