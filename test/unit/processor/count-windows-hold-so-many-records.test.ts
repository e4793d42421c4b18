import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GroupedStream } from '../../../src/dsl/grouped-stream.js';
import type { Known } from '../../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { countWindows, type CountWindows } from '../../../src/processor/window/count-windows.js';
import { countWindowed, json, string, type CountWindow, type Serde } from '../../../src/serde/index.js';
import type { ReadOnlyKeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { run, text, type Row } from './run.js';

type Group = GroupedStream<string, string, Known>;
const keys = countWindowed(string());

/** Joins the values of each window. */
const joined = (group: Group, windows: CountWindows, emit: 'onWindowUpdate' | 'onWindowClose') =>
  group.windowedBy(windows).emitStrategy(emit).reduce((all, one) => all + one, { store: 'joined' }); // prettier-ignore

/** What comes of values that arrive at 0, 10, 20, …: key, number of the window, its start, value, timestamp. */
async function results(windows: CountWindows, emit: 'onWindowUpdate' | 'onWindowClose', rows: string[][]) {
  const inputs = rows.map(([key, value], i): Row<string, string> => [key ?? null, value ?? null, 10 * i]);
  const write = (builder: StreamsBuilder): void => {
    joined(builder.stream('in', text).groupByKey(), windows, emit).toStream().to('out');
  };
  const out = await run(write, inputs, { key: keys, value: string() });
  return out.map(([window, value, time]) => `${window?.key}${window?.index}@${window?.start} ${value}@${time}`);
}

const ofA = (values: string): string[][] => Array.from(values, (value) => ['a', value]);

describe('tumbling count windows', () => {
  it('send each update, under a key that stays the same while the window fills', async () => {
    const updates = await results(countWindows(2), 'onWindowUpdate', ofA('xyz'));
    expect(updates).toEqual(['a0@0 x@0', 'a0@0 xy@10', 'a1@20 z@20']);
  });

  it('send full windows only with onWindowClose, each key by its own count', async () => {
    const rows = [...ofA('xy'), ['b', 'p'], ...ofA('z'), ['b', 'q'], ['b', 'r']];
    expect(await results(countWindows(3), 'onWindowClose', rows)).toEqual(['a0@0 xyz@30', 'b0@20 pqr@50']);
  });

  it('count by arrival: a record is never late', async () => {
    const write = (builder: StreamsBuilder): void => {
      joined(builder.stream('in', text).groupByKey(), countWindows(2), 'onWindowClose').toStream().to('out');
    };
    const out = await run(write, [['a', 'x', 90], ['a', 'y', 5]], { key: keys, value: string() }); // prettier-ignore
    expect(out).toEqual([[{ key: 'a', index: 0, start: 90 }, 'xy', 90]]);
  });
});

describe('hopping count windows', () => {
  it('begin with every so many records and overlap', async () => {
    expect(await results(countWindows(3, { advance: 2 }), 'onWindowClose', ofA('123456'))).toEqual([
      'a0@0 123@20',
      'a1@20 345@40',
    ]);
    expect(await results(countWindows(2, { advance: 1 }), 'onWindowUpdate', ofA('12'))).toEqual([
      'a0@0 1@0',
      'a0@0 12@10',
      'a1@10 2@10',
    ]);
  });

  it('hold, of any size and advance, the records from where each begins', async () => {
    const sizes = fc.integer({ min: 1, max: 6 }).chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }))); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(20), async ([size, advance], length) => {
        const values = 'abcdefghijklmnopqrstuvwxyz'.slice(0, length);
        const full: string[] = [];
        for (let from = 0; from + size <= length; from += advance) {
          full.push(`a${from / advance}@${10 * from} ${values.slice(from, from + size)}@${10 * (from + size - 1)}`);
        }
        expect(await results(countWindows(size, { advance }), 'onWindowClose', ofA(values))).toEqual(full);
      }),
      { numRuns: 20 },
    );
  });
});

describe('an aggregate over count windows', () => {
  it('begins anew in a window whose value was deleted, and sends no deleted one when it closes', async () => {
    const write = (builder: StreamsBuilder): void => {
      const reset = (total: string, value: string): string | null => (value === '-' ? null : total + value);
      const group = builder.stream('in', text).groupByKey().windowedBy(countWindows(2)).emitStrategy('onWindowClose');
      group.aggregate(() => '', reset, { value: string() }).toStream().to('out'); // prettier-ignore
    };
    const rows = [['a', 'x', 0], ['a', '-', 1], ['a', '-', 2], ['a', 'y', 3]] as const; // prettier-ignore
    const out = await run(write, rows, { key: keys, value: string() });
    expect(out.map(([window, value]) => [window?.index, value])).toEqual([[1, 'y']]);
  });

  it('passes over records without key or value', async () => {
    const rows = [['a', 'x'], ['a'], [], ['a', 'y']] as string[][];
    expect(await results(countWindows(2), 'onWindowClose', rows)).toEqual(['a0@0 xy@30']);
  });

  it('tells old values to what is grouped by it', async () => {
    const write = (builder: StreamsBuilder): void => {
      const windows = builder.stream('in', text).groupByKey().windowedBy(countWindows(2)).count();
      const byKey = windows.groupBy((window, count) => [window.key, count], { key: string(), value: json<number>() });
      const add = (total: number, count: number): number => total + count;
      const subtract = (total: number, count: number): number => total - count;
      byKey.aggregate(() => 0, add, subtract, { value: json<number>() }).toStream().to('out'); // prettier-ignore
    };
    const rows = [['a', 'x', 0], ['a', 'y', 1], ['a', 'z', 2]] as const; // prettier-ignore
    const totals = await run(write, rows, { key: string(), value: json<number>() });
    expect(totals.at(-1)?.[1]).toBe(3);
  });

  it('keeps a row per key that can be looked into: its count and its open windows', async () => {
    const builder = new StreamsBuilder();
    joined(builder.stream('in', text).groupByKey(), countWindows(3, { advance: 2 }), 'onWindowUpdate');
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const value of '12345') await input.pipe('a', value, { timestamp: Number(value) });
    const row = driver.store<ReadOnlyKeyValueStore<string, unknown>>('joined').get('a');
    expect(row).toEqual({ records: 5, windows: [{ index: 2, count: 1, start: 5, latest: 5, value: '5' }] });
  });

  it('keeps the windows of a key in one partition', async () => {
    const builder = new StreamsBuilder();
    joined(builder.stream('in', text).groupByKey(), countWindows(1), 'onWindowClose').toStream().to('out');
    await using driver = await TopologyTestDriver.start(builder.build(), { partitions: 7 });
    const input = driver.createInputTopic('in', text);
    for (const value of '123456789') await input.pipe('a', value, { timestamp: 0 });
    expect(new Set(driver.records('out').map(({ partition }) => partition)).size).toBe(1);
  });
});

describe('count windows', () => {
  it.each([[0], [1.5], [-1]])('of %d records are refused', (size) => {
    expect(() => countWindows(size)).toThrow(`A count window of ${size} records cannot be`);
  });

  it.each([[0], [4], [0.5]])('that begin with every %d of 3 records are refused', (advance) => {
    expect(() => countWindows(3, { advance })).toThrow('cannot be');
  });

  it('travel as key, index and start', () => {
    const window = fc.record({ key: fc.string(), index: fc.nat(), start: fc.nat() });
    const travels = (serde: Serde<CountWindow<string>>, key: CountWindow<string>) => {
      const bytes = serde.serialize(key);
      return serde.deserialize(bytes, 0, bytes.length);
    };
    fc.assert(
      fc.property(window, (key) => {
        expect(travels(keys, key)).toEqual(key);
      }),
    );
    expect(() => keys.deserialize(Buffer.alloc(15), 0, 15)).toThrow('its numbers alone take 16 bytes');
  });
});
