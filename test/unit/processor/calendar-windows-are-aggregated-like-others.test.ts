import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { calendar } from '../../../src/processor/window/calendar-windows.js';
import { calendarWindowed, long, string, timeWindowed, type Windowed } from '../../../src/serde/index.js';
import type { ReadOnlyWindowStore, ValueAndTimestamp } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { run, text, type Row } from './run.js';

const at = (time: string): number => Date.parse(time);
const days = calendar('day', { timeZone: 'Europe/Berlin', grace: '1h' });
const dayKeys = { key: calendarWindowed(string(), days), value: long() };
/** Both sides of a midnight in Berlin; the day that it ends has 23 hours. */
const visits: readonly Row<string, string>[] = [
  ['a', 'v', at('2024-03-31T00:30+01:00')],
  ['a', 'v', at('2024-03-31T23:59+02:00')],
  ['a', 'v', at('2024-04-01T00:01+02:00')],
];
const change: Windowed<string> = { key: 'a', start: at('2024-03-31T00:00+01:00'), end: at('2024-04-01T00:00+02:00') };
const next: Windowed<string> = { key: 'a', start: change.end, end: at('2024-04-02T00:00+02:00') };
const until = (time: string): Row<string, string> => ['z', 'v', at(time)];

const counting = (write: (days: ReturnType<typeof grouped>) => void) => (builder: StreamsBuilder) => {
  write(grouped(builder));
};
const grouped = (builder: StreamsBuilder) => builder.stream('in', text).groupByKey().windowedBy(days);

describe('windows by the calendar', () => {
  it.each([0, 1_000_000])(
    'count by day, with the end of each day in the key (cache of %d bytes)',
    async (cacheMaxBytes) => {
      const counted = counting((windowed) => {
        windowed.count().toStream().to('out');
      });
      const counts = await run(counted, visits, { ...dayKeys, cacheMaxBytes });
      expect(counts.map(([window, count]) => [window, count])).toEqual([[change, 1], [change, 2], [next, 1]]); // prettier-ignore
    },
  );

  it('are emitted when they close, by their own lengths', async () => {
    const emitted = counting((windowed) => {
      windowed.emitStrategy('onWindowClose').count().toStream().to('out');
    });
    const open = [...visits, until('2024-04-01T00:59+02:00')];
    expect(await run(emitted, open, dayKeys)).toEqual([]);
    const counts = await run(emitted, [...open, until('2024-04-01T01:00+02:00')], dayKeys);
    expect(counts).toEqual([[change, 2, visits[1]?.[2]]]);
  });

  it('are held back until they close', async () => {
    const held = counting((windowed) => {
      windowed.count().suppress({ until: 'windowCloses' }).toStream().to('out');
    });
    const counts = await run(held, [...visits, until('2024-04-01T01:00+02:00')], dayKeys);
    expect(counts.map(([window, count]) => [window, count])).toEqual([[change, 2]]);
  });

  it('send late records aside, with the bounds of the day', async () => {
    const late = (builder: StreamsBuilder): void => {
      grouped(builder)
        .late((stream) => {
          stream.to('out');
        })
        .count();
    };
    const inputs = [...visits, until('2024-04-01T01:00+02:00'), ['a', 'late', at('2024-03-31T12:00+02:00')]] as const;
    expect(await run(late, inputs, text)).toEqual([['a', 'late', at('2024-03-31T12:00+02:00')]]);
  });

  it('are folded from several streams', async () => {
    const cogrouped = (builder: StreamsBuilder): void => {
      const group = builder.stream('in', text).groupByKey();
      const add = (total: number): number => total + 1;
      group.cogroup(add).windowedBy(days).aggregate(() => 0, { value: long() }).toStream().to('out'); // prettier-ignore
    };
    expect((await run(cogrouped, visits, dayKeys)).map(([window]) => window)).toEqual([change, change, next]);
  });

  it('are kept in the bytes of time windows, and for the longest day and the grace', async () => {
    const builder = new StreamsBuilder();
    grouped(builder).count({ store: 'visits' });
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const [key, value, timestamp] of visits) await input.pipe(key, value, { timestamp });
    const store = driver.store<ReadOnlyWindowStore<string, ValueAndTimestamp<number>>>('visits');
    expect(store.definition).toMatchObject({ retentionMs: 28 * 3_600_000 });
    const ends: number[] = [];
    for await (const { endMs } of store.fetch('a', change.start) ? store.all() : []) ends.push(endMs);
    expect(ends).toEqual([change.end, next.end]);
    const [first] = driver.records('app-visits-changelog');
    expect(first?.key?.subarray(0, -4)).toEqual(timeWindowed(string(), 1).serialize(change));
  });
});
