import { describe, expect, it } from '@jest/globals';
import type { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { long, sessionWindowed, string, timeWindowed } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

const append = (mark: string) => (all: string, value: string | null) => `${all}${mark}${value ?? ''}`;
const empty = (): string => '';

/** Values of `in` are marked with `+`, those of `other` with `-`. */
const cogroup = (builder: StreamsBuilder) =>
  builder.stream('in', text).groupByKey().cogroup(append('+')).cogroup(builder.stream('other', text).groupByKey(), append('-')); // prettier-ignore

const inputs: (Row<string, string> | readonly [...Row<string, string>, topic: string])[] = [
  ['k', 'a', 1],
  ['k', 'b', 3, 'other'],
  ['k', 'c', 12],
];

describe('a cogroup', () => {
  it.each([0, 1_000_000])(
    'has one aggregate per key for all its streams (cache of %d bytes)',
    async (cacheMaxBytes) => {
      const rows = await run(
        (builder) => {
          cogroup(builder).aggregate(empty, { value: string() }).toStream().to('out');
        },
        inputs,
        { ...text, cacheMaxBytes },
      );
      expect(rows).toEqual([['k', '+a', 1], ['k', '+a-b', 3], ['k', '+a-b+c', 12]]); // prettier-ignore
    },
  );

  it('has one per key and window', async () => {
    const rows = await run(
      (builder) => {
        cogroup(builder).windowedBy(tumbling(10)).aggregate(empty, { value: string() }).toStream().to('out');
      },
      inputs,
      { key: timeWindowed(string(), 10), value: string() },
    );
    expect(rows.map(([window, value]) => [window?.start, value])).toEqual([[0, '+a'], [0, '+a-b'], [10, '+c']]); // prettier-ignore
  });

  it('has one per key and session, and merges sessions', async () => {
    const merge = (left: string, right: string) => `${left}|${right}`;
    const rows = await run(
      (builder) => {
        cogroup(builder).windowedBy(sessions(5)).aggregate(empty, merge, { value: string() }).toStream().to('out');
      },
      inputs,
      { key: sessionWindowed(string()), value: string() },
    );
    const shown = rows.map(([window, value]) => `${window?.start}-${window?.end}=${value}`);
    expect(shown).toEqual(['1-1=+a', '1-1=null', '1-3=|+a-b', '12-12=+c']);
  });

  it('tells old values to what needs them: a row that changes its group leaves the old one', async () => {
    const rows = await run(
      (builder) => {
        const table = cogroup(builder).aggregate(empty, { value: string() });
        const bySize = table.groupBy((_key, all) => [all.length > 4 ? 'long' : 'short', all], text);
        bySize.count().toStream().to('out');
      },
      inputs,
      { key: string(), value: long() },
    );
    expect(rows.map(([size, count]) => [size, count]).slice(-2)).toEqual([['short', 0], ['long', 1]]); // prettier-ignore
  });
});
