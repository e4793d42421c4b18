import { describe, expect, it } from '@jest/globals';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { sliding } from '../../../src/processor/window/sliding-windows.js';
import { tumbling, unlimited } from '../../../src/processor/window/windows.js';
import { long, sessionWindowed, string, timeWindowed } from '../../../src/serde/index.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { sessionStore } from '../../../src/topology/store-definitions.js';
import { run, text, type Row } from './run.js';

const at = (...times: readonly number[]): Row<string, string>[] =>
  times.map((time, i) => [i % 2 === 0 ? 'a' : 'b', 'v', time]);

const onClose = 'onWindowClose';
const shown = (rows: Awaited<ReturnType<typeof run<{ key: string; start: number; end: number }, number>>>): string[] =>
  rows.map(([window, count, time]) => `${window?.key}${window?.start}-${window?.end}=${count}@${time}`);

/** A count per tumbling window of 10 ms, with grace of 5 ms. */
async function tumblingCounts(inputs: readonly Row<string, string>[], more: object = {}): Promise<string[]> {
  const windows = tumbling(10, { grace: 5 });
  const counts = await run<{ key: string; start: number; end: number }, number>(
    (builder) => {
      builder
        .stream('in', text)
        .groupByKey()
        .windowedBy(windows)
        .emitStrategy(onClose)
        .count(more)
        .toStream()
        .to('out');
    },
    inputs,
    { key: timeWindowed(string(), 10), value: long() },
  );
  return shown(counts);
}

describe('with onWindowClose', () => {
  it('a window is sent once, when stream time has reached its end and the grace, by time and then by key', async () => {
    expect(await tumblingCounts(at(3, 2, 1, 14))).toEqual([]);
    expect(await tumblingCounts(at(3, 2, 1, 14, 15, 16, 25, 26))).toEqual([
      'a0-10=2@3',
      'b0-10=1@2',
      'a10-20=1@15',
      'b10-20=2@16',
    ]);
  });

  it('one record closes any number of windows', async () => {
    const inputs = Array.from({ length: 2_500 }, (_, i): Row<string, string> => [`k${i}`, 'v', 5]);
    expect(await tumblingCounts([...inputs, ['x', 'v', 15]])).toHaveLength(2_500);
  });

  it('a store has forgotten the window after a leap of stream time, unless its retention is longer', async () => {
    expect(await tumblingCounts(at(3, 40))).toEqual([]);
    expect(await tumblingCounts(at(3, 40), { retention: 100 })).toEqual(['a0-10=1@3']);
    expect(await tumblingCounts(at(3, 40), { storage: 'memory', retention: 100 })).toEqual(['a0-10=1@3']);
  });

  it('sliding windows are sent too', async () => {
    const counts = await run<{ key: string; start: number; end: number }, number>(
      (builder) => {
        builder.stream('in', text).groupByKey().windowedBy(sliding(10)).emitStrategy(onClose).count().toStream().to('out'); // prettier-ignore
      },
      [['a', 'v', 20], ['a', 'v', 25], ['a', 'v', 40]], // prettier-ignore
      { key: timeWindowed(string(), 10), value: long() },
    );
    expect(shown(counts)).toEqual(['a10-20=1@20', 'a15-25=2@25', 'a21-31=1@25']);
  });

  it.each(['memory', 'leveldb'] as const)('sessions of a given store in %s are sent too', async (storage) => {
    const store = sessionStore({ name: 's', key: string(), value: long(), retention: 50, storage });
    const counts = await run<{ key: string; start: number; end: number }, number>(
      (builder) => {
        builder.stream('in', text).groupByKey().windowedBy(sessions(5)).emitStrategy(onClose).count({ store }).toStream().to('out'); // prettier-ignore
      },
      [['a', 'v', 0], ['a', 'v', 4], ['b', 'v', 10], ['b', 'v', 30]], // prettier-ignore
      { key: sessionWindowed(string()), value: long() },
    );
    expect(shown(counts)).toEqual(['a0-4=2@4', 'b10-10=1@10']);
  });

  it('sessions are sent too, without retractions', async () => {
    const counts = await run<{ key: string; start: number; end: number }, number>(
      (builder) => {
        builder.stream('in', text).groupByKey().windowedBy(sessions(5)).emitStrategy(onClose).count().toStream().to('out'); // prettier-ignore
      },
      [['a', 'v', 0], ['a', 'v', 4], ['b', 'v', 10], ['b', 'v', 30]], // prettier-ignore
      { key: sessionWindowed(string()), value: long() },
    );
    expect(shown(counts)).toEqual(['a0-4=2@4', 'b10-10=1@10']);
  });

  it('a window without an end is refused', () => {
    const windowed = new StreamsBuilder().stream('in', text).groupByKey().windowedBy(unlimited());
    expect(() => windowed.emitStrategy(onClose)).toThrow('ON_WINDOW_CLOSE emit strategy cannot be used');
  });
});
