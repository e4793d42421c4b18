import { describe, expect, it } from '@jest/globals';
import { tumbling } from '../../../src/processor/window/windows.js';
import { long, string, timeWindowed } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

const inputs: Row<string, string>[] = [
  [null, 'x', 0],
  ['k', null, 1],
  ['k', 'x', 2],
];

describe('dropped is', () => {
  it('what has no key or no value, by an aggregation', async () => {
    const rows = await run(
      (b) => {
        b.stream('in', text).groupByKey().count().toStream().to('out');
      },
      inputs,
      { ...text, value: long() },
    );
    expect(rows).toEqual([['k', 1, 2]]);
  });

  it('what has no key, by a windowed aggregation; what has no value counts', async () => {
    const rows = await run(
      (b) => {
        b.stream('in', text).groupByKey().windowedBy(tumbling(10)).count().toStream().to('out');
      },
      inputs,
      { key: timeWindowed(string(), 10), value: long() },
    );
    expect(rows.map(([, count, timestamp]) => [count, timestamp])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('what has no key, by a table and on the way through a repartition topic', async () => {
    expect(
      await run(
        (b) => {
          b.table('in', text).toStream().to('out');
        },
        inputs,
        text,
      ),
    ).toEqual([
      ['k', null, 1],
      ['k', 'x', 2],
    ]);
    expect(
      await run(
        (b) => {
          b.stream('in', text).repartition().to('out');
        },
        inputs,
        text,
      ),
    ).toEqual([
      ['k', null, 1],
      ['k', 'x', 2],
    ]);
  });

  it('what has no value, by a left join, which takes what has no key', async () => {
    const join = await run(
      (b) => {
        b.stream('in', text)
          .leftJoin(b.table('table', text), (left, right) => `${left}+${String(right)}`)
          .to('out', text);
      },
      inputs,
      text,
    );
    expect(join).toEqual([
      [null, 'x+null', 0],
      ['k', 'x+null', 2],
    ]);
  });
});
