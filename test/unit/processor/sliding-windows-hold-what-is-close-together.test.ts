import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sliding, type SlidingWindows } from '../../../src/processor/window/sliding-windows.js';
import { string, timeWindowed } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

/** The last value of each window, as `start-end=value`, by start. */
async function results(windows: SlidingWindows, inputs: readonly Row<string, string>[], cacheMaxBytes = 0) {
  const rows = await run(
    (builder) => {
      const add = (all: string, value: string) =>
        Array.from(all + value)
          .sort()
          .join('');
      builder.stream('in', text).groupByKey().windowedBy(windows).aggregate(() => '', add, { value: string() }).toStream().to('out'); // prettier-ignore
    },
    inputs,
    { key: timeWindowed(string(), windows.differenceMs), value: string(), cacheMaxBytes },
  );
  const last = new Map(
    rows.map(([window, value]) => [window?.start ?? -1, `${window?.start}-${window?.end}=${value}`]),
  );
  return [...last].sort(([a], [b]) => a - b).map(([, shown]) => shown);
}

/** What windows there are by definition: one that ends at each record, one behind each that holds later ones. */
function expected(differenceMs: number, inputs: readonly Row<string, string>[]): string[] {
  const starts = new Set(inputs.flatMap(([, , time]) => [Math.max(0, time - differenceMs), time + 1]));
  return [...starts]
    .sort((a, b) => a - b)
    .flatMap((start) => {
      const held = inputs.filter(([, , time]) => time >= start && time <= start + differenceMs);
      const values = held.map(([, value]) => value).sort().join(''); // prettier-ignore
      return held.length === 0 ? [] : [`${start}-${start + differenceMs}=${values}`];
    });
}

describe('sliding windows', () => {
  it('end at a record, or begin right behind one and hold later ones', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 20], ['k', 'b', 25], ['k', 'c', 40]]; // prettier-ignore
    expect(await results(sliding(10), inputs)).toEqual(['10-20=a', '15-25=ab', '21-31=b', '30-40=c']);
  });

  it('share the window from 0 on before the first whole one', async () => {
    const inputs: Row<string, string>[] = [['k', 'a', 2], ['k', 'b', 5]]; // prettier-ignore
    expect(await results(sliding(10), inputs)).toEqual(['0-10=ab', '3-13=b']);
  });

  it('drop records without key or value, and records whose last window is closed', async () => {
    const inputs: Row<string, string>[] = [[null, 'a', 50], ['k', null, 50], ['k', 'b', 50], ['k', 'c', 39]]; // prettier-ignore
    expect(await results(sliding(10), inputs)).toEqual(['40-50=b']);
  });

  it.each([0, 1_000_000])('are what their definition says, whatever the order (cache of %d bytes)', async (cache) => {
    const record = fc.tuple(fc.constant('k'), fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 60 }));
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 14 }), async (inputs) => {
        expect(await results(sliding(10, { grace: 1_000 }), inputs, cache)).toEqual(expected(10, inputs));
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
