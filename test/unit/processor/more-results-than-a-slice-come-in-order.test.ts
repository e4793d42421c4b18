import { describe, expect, it } from '@jest/globals';
import { within } from '../../../src/processor/window/join-windows.js';
import { sliding } from '../../../src/processor/window/sliding-windows.js';
import { hopping } from '../../../src/processor/window/windows.js';
import { long } from '../../../src/serde/primitives.js';
import { timeWindowed } from '../../../src/serde/windowed.js';
import { EMISSION_SLICE } from '../../../src/topology/processor.js';
import { run, text, type Row } from './run.js';

const MORE = EMISSION_SLICE + 100;

/** Records of one key, a millisecond apart. */
function records(count: number, from = 0): Row<string, string>[] {
  return Array.from({ length: count }, (_, i) => ['k', `v${i}`, from + i] as const);
}

describe('more results than one slice come in order, each once', () => {
  it('of a record that meets many of its own stream', async () => {
    const rows = await run(
      (builder) => {
        const stream = builder.stream('in', text);
        const pairs = stream.join(stream, (left, right) => `${left}${right}`, within(10_000));
        pairs.filter((pair) => pair.includes('x')).to('out', text);
      },
      [...records(MORE).map(([key, value]) => [key, value, 5] as const), ['k', 'x', 6]],
      { ...text, optimize: true },
    );
    const values = records(MORE).map(([, value]) => value);
    expect(rows.map(([, value]) => value)).toEqual([
      ...values.map((value) => `x${value}`),
      ...values.map((value) => `${value}x`),
      'xx',
    ]);
  });

  it('of a record that is in many windows', async () => {
    const windowed = { key: timeWindowed(text.key, MORE), value: long() };
    const rows = await run(
      (builder) => {
        const windows = hopping(MORE, { advance: 1 });
        builder.stream('in', text).groupByKey(text).windowedBy(windows).count().toStream().to('out', windowed);
      },
      [['k', 'v', 10_000]],
      windowed,
    );
    expect(rows.map(([window]) => window?.start)).toEqual(records(MORE, 10_001 - MORE).map(([, , time]) => time));
  });

  it('of a record that is close to many others', async () => {
    const windowed = { key: timeWindowed(text.key, 5_000), value: long() };
    const rows = await run(
      (builder) => {
        const windows = builder
          .stream('in', text)
          .groupByKey(text)
          .windowedBy(sliding(5_000, { grace: 10_000 }));
        const countX = (count: number, value: string): number => (value === 'x' ? count + 1 : count);
        const counts = windows.aggregate(() => 0, countX, { value: long(), logging: false });
        counts.toStream().filter((count) => count === 1).to('out', windowed); // prettier-ignore
      },
      [...records(MORE, 10_000), ['k', 'x', 12_000]],
      windowed,
    );
    // Those that begin after an earlier record, newest first; then those that begin after the latest one, and end with this.
    const after = records(MORE - 1, 10_001).map(([, , time]) => time);
    expect(rows.map(([window]) => window?.start)).toEqual([...after.reverse(), 10_000 + MORE, 7_000]);
  });

  it('of a record that closes the windows of many of either side', async () => {
    const rows = await run(
      (builder) => {
        const windows = within(10_000, { before: 0 });
        const right = builder.stream('right', text);
        builder.stream('left', text).outerJoin(right, (l, r) => `${l ?? '-'}${r ?? '-'}`, windows).to('out', text); // prettier-ignore
      },
      [
        ...records(MORE).map(([, value, time], i) => [`k${i}`, value, time, i % 2 === 0 ? 'left' : 'right'] as const),
        ['k', 'x', 9_000, 'left'],
        ['k', 'y', 12_000, 'left'],
      ],
      text,
    );
    const closedAt = (side: number): number[] => records(MORE).map(([, , time]) => time).filter((time) => time % 2 === side); // prettier-ignore
    // Records of the right wait for none that is later; what is last of them is looked at when the left's windows close.
    expect(rows.map(([, , time]) => time)).toEqual([...closedAt(1).slice(0, -1), ...closedAt(0), MORE - 1]);
  });
});
