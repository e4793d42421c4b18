import { describe, expect, it } from '@jest/globals';
import { countWindows } from '../../../src/processor/window/count-windows.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { countWindowed, sessionWindowed, string } from '../../../src/serde/index.js';
import { run, text } from './run.js';

const add = (all: string, value: string | null): string => all + String(value);

describe('a table of windows is joined with another, each row with that of the same window', () => {
  it('of sessions', async () => {
    const windowed = { key: sessionWindowed(string()), value: string() };
    const rows = await run(
      (builder) => {
        const [left, right] = ['in', 'table'].map(
          (topic) =>
          builder
            .stream(topic, text)
            .groupByKey()
            .windowedBy(sessions(5))
            .aggregate(() => '', add, (one, other) => one + other, { value: string() }), // prettier-ignore
        );
        left?.leftJoin(right ?? left, (l, r) => `${l}/${r ?? '-'}`).toStream().to('out', windowed); // prettier-ignore
      },
      [
        ['k', 'a', 0],
        ['k', 'x', 0, 'table'],
        ['k', 'y', 3, 'table'],
        ['k', 'b', 3],
      ],
      windowed,
    );
    expect(rows.map(([window, value]) => [window?.start, window?.end, value])).toEqual([
      [0, 0, 'a/-'],
      [0, 0, 'a/x'],
      [0, 0, 'a/-'],
      [0, 0, null],
      [0, 3, 'ab/xy'],
    ]);
  });

  it('of counts, while they fill', async () => {
    const windowed = { key: countWindowed(string()), value: string() };
    const rows = await run(
      (builder) => {
        const [left, right] = ['in', 'table'].map(
          (topic) =>
          builder
            .stream(topic, text)
            .groupByKey()
            .windowedBy(countWindows(3))
            .aggregate(() => '', (all, value) => (value === 'drop' ? null : add(all, value)), { value: string() }), // prettier-ignore
        );
        left?.leftJoin(right ?? left, (l, r) => `${l}/${r ?? '-'}`).toStream().to('out', windowed); // prettier-ignore
      },
      [
        ['k', 'x', 0, 'table'],
        ['k', 'a', 0],
        ['k', 'drop', 1, 'table'],
        ['k', 'b', 2],
      ],
      windowed,
    );
    expect(rows.map(([window, value]) => [window?.index, value])).toEqual([
      [0, 'a/x'],
      [0, 'a/-'],
      [0, 'ab/-'],
    ]);
  });
});

describe('a table that no store keeps is joined with another', () => {
  it('by its mapper, which may give a row none', async () => {
    const rows = await run(
      (builder) => {
        const none = builder.table('table', text).mapValues((value) => (value === 'none' ? null : `${value}!`));
        builder.table('in', text).leftJoin(none, (l, r) => `${l}/${r ?? '-'}`).toStream().to('out', text); // prettier-ignore
      },
      [
        ['k', 'x', 0, 'table'],
        ['k', 'a', 1],
        ['k', 'none', 2, 'table'],
        ['k', 'b', 3],
      ],
      text,
    );
    expect(rows.map(([, value]) => value)).toEqual(['a/x!', 'a/-', 'b/-']);
  });

  it('by its transformer, which may give a value where there is no row', async () => {
    const rows = await run(
      (builder) => {
        const always = builder.table('table', text).transformValues(() => ({ transform: (value) => value ?? 'empty' }));
        builder.table('in', text).leftJoin(always, (l, r) => `${l}/${r ?? '-'}`).toStream().to('out', text); // prettier-ignore
      },
      [
        ['k', 'a', 1],
        ['k', 'x', 5, 'table'],
      ],
      text,
    );
    expect(rows).toEqual([
      ['k', 'a/empty', 1],
      ['k', 'a/x', 5],
    ]);
  });
});
