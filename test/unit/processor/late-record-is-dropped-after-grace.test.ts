import { describe, expect, it } from '@jest/globals';
import { hopping, tumbling } from '../../../src/processor/window/windows.js';
import type { TimeWindows } from '../../../src/processor/window/windows.js';
import { long, timeWindowed, string } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

/** Start of the window, count, timestamp of the result. */
async function counts(windows: TimeWindows, times: readonly number[]): Promise<(number | null | undefined)[][]> {
  const inputs = times.map((time): Row<string, string> => ['k', 'v', time]);
  const rows = await run(
    (builder) => {
      builder.stream('in', text).groupByKey().windowedBy(windows).count().toStream().to('out');
    },
    inputs,
    { key: timeWindowed(string(), windows.sizeMs), value: long() },
  );
  return rows.map(([window, count, timestamp]) => [window?.start, count, timestamp]);
}

describe('a tumbling window', () => {
  it('takes what lies in it, its end excluded, and results have the largest timestamp', async () => {
    expect(await counts(tumbling(10, { grace: 100 }), [0, 9, 3, 10])).toEqual([
      [0, 1, 0],
      [0, 2, 9],
      [0, 3, 9],
      [10, 1, 10],
    ]);
  });

  it('takes late records until stream time has reached its end and the grace', async () => {
    expect(await counts(tumbling(10, { grace: 5 }), [0, 14, 9, 15, 9])).toEqual([
      [0, 1, 0],
      [10, 1, 14],
      [0, 2, 9],
      [10, 2, 15],
    ]);
  });

  it('takes no late record without grace', async () => {
    expect(await counts(tumbling(10), [0, 10, 9])).toEqual([
      [0, 1, 0],
      [10, 1, 10],
    ]);
  });
});

describe('hopping windows', () => {
  it('take a record each, the earliest first, none before the epoch', async () => {
    expect(await counts(hopping(10, { advance: 5 }), [3, 7])).toEqual([
      [0, 1, 3],
      [0, 2, 7],
      [5, 1, 7],
    ]);
  });

  it('drop a late record window by window', async () => {
    expect(await counts(hopping(10, { advance: 5 }), [12, 8])).toEqual([
      [5, 1, 12],
      [10, 1, 12],
      [5, 2, 12],
    ]);
  });
});
