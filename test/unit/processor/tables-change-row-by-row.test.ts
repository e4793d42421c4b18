import { describe, expect, it } from '@jest/globals';
import { long, string } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

const updates: Row<string, string>[] = [
  ['a', 'x1', 0],
  ['a', 'y2', 1],
  ['a', 'z3', 2],
  ['a', null, 3],
];

describe('a filtered table', () => {
  it('sends a tombstone for each row that does not pass, while it does not know what was there', async () => {
    const rows = await run(
      (b) => {
        b.table('in', text)
          .filter((v) => v.startsWith('x'))
          .toStream()
          .to('out');
      },
      updates,
      text,
    );
    expect(rows).toEqual([
      ['a', 'x1', 0],
      ['a', null, 1],
      ['a', null, 2],
      ['a', null, 3],
    ]);
  });

  it('sends one tombstone where its parent is kept, so that it knows', async () => {
    const rows = await run(
      (b) => {
        b.table('in', { ...text, store: 'kept' })
          .filter((v) => v.startsWith('x'))
          .toStream()
          .to('out');
      },
      updates,
      text,
    );
    expect(rows).toEqual([
      ['a', 'x1', 0],
      ['a', null, 1],
    ]);
  });
});

describe('a mapped table', () => {
  it('gives new values and keeps deletions', async () => {
    const rows = await run(
      (b) => {
        b.table('in', text)
          .mapValues((v) => v.length)
          .toStream()
          .to('out', { value: long() });
      },
      updates.slice(2),
      { ...text, value: long() },
    );
    expect(rows).toEqual([
      ['a', 2, 2],
      ['a', null, 3],
    ]);
  });
});

describe('a regrouped table', () => {
  it('takes a changed row out of its old group and puts it in its new one', async () => {
    const rows = await run(
      (b) => {
        b.table('in', text)
          .groupBy((_, value) => [value.slice(0, 1), value], text)
          .count()
          .toStream()
          .to('out');
      },
      [...updates, ['b', 'y', 4]],
      { ...text, value: long() },
    );
    expect(rows).toEqual([
      ['x', 1, 0],
      ['x', 0, 1],
      ['y', 1, 1],
      ['y', 0, 2],
      ['z', 1, 2],
      ['z', 0, 3],
      ['y', 1, 4],
    ]);
  });

  it('is reduced with an adder and a subtractor', async () => {
    const rows = await run(
      (b) => {
        b.table('in', text)
          .groupBy(() => ['all', '1'], text)
          .reduce(
            (sum, one) => sum + one,
            (sum) => sum.slice(1),
            { name: 'reduced' },
          )
          .toStream()
          .to('out');
      },
      [
        ['a', 'x', 0],
        ['b', 'x', 1],
        ['a', null, 2],
      ],
      text,
    );
    expect(rows).toEqual([
      ['all', '1', 0],
      ['all', '11', 1],
      ['all', '1', 2],
    ]);
  });
});

describe('a joined table', () => {
  it('is read as it is when the stream record comes, through filters and mappers that keep nothing', async () => {
    const rows = await run(
      (b) => {
        const table = b
          .table('table', text)
          .filter((v) => v !== 'hidden')
          .mapValues((v) => v.toUpperCase());
        b.stream('in', text)
          .join(table, (left, right, key) => `${key}:${left}+${right}`)
          .to('out', { value: string() });
      },
      [
        ['a', 'early', 0],
        ['a', 't', 1, 'table'],
        ['a', 's', 2],
        ['a', 'hidden', 3, 'table'],
        ['a', 'late', 4],
      ],
      text,
    );
    expect(rows).toEqual([['a', 'a:s+T', 2]]);
  });
});
