import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { KTable } from '../../../src/dsl/ktable.js';
import type { TableFacts } from '../../../src/dsl/serde-facts.js';
import { run, text, type Row } from './run.js';

type Input = readonly [...Row<string, string>, topic: string];

const pair = (left: string | null, right: string | null, key: string): string => `${key}:${left ?? '-'}${right ?? '-'}`;

/** Each table gets a row, both are there for a while, then each row goes. */
const updates: Input[] = [
  ['k', 'l', 1, 'left'],
  ['k', 'r', 5, 'right'],
  ['k', 'L', 3, 'left'],
  ['k', null, 6, 'right'],
  ['k', null, 7, 'left'],
  ['k', 'R', 8, 'right'],
];

type Join = (left: KTable<string, string>, right: KTable<string, string>) => KTable<string, string, TableFacts>;

const kept = { value: text.value, store: 'joined' };

function joined(join: Join): Promise<Row<string, string>[]> {
  return run(
    (builder) => {
      join(builder.table('left', text), builder.table('right', text)).toStream().to('out', text);
    },
    updates,
    text,
  );
}

describe('two tables joined', () => {
  it('give a result while both have the key, in an inner join, with the later of both times', async () => {
    expect(await joined((left, right) => left.join(right, pair, kept))).toEqual([
      ['k', 'k:lr', 5],
      ['k', 'k:Lr', 5],
      ['k', null, 6],
    ]);
  });

  it('give a result while the left has the key, in a left join', async () => {
    expect(await joined((left, right) => left.leftJoin(right, pair, kept))).toEqual([
      ['k', 'k:l-', 1],
      ['k', 'k:lr', 5],
      ['k', 'k:Lr', 5],
      ['k', 'k:L-', 6],
      ['k', null, 7],
    ]);
  });

  it('give a result while either has the key, in an outer join', async () => {
    expect(await joined((left, right) => left.outerJoin(right, pair, kept))).toEqual([
      ['k', 'k:l-', 1],
      ['k', 'k:lr', 5],
      ['k', 'k:Lr', 5],
      ['k', 'k:L-', 6],
      ['k', null, 7],
      ['k', 'k:-R', 8],
    ]);
  });

  it('tell old results to those who aggregate them, though the join keeps nothing', async () => {
    const rows = await run(
      (builder) => {
        const result = builder.table('left', text).outerJoin(builder.table('right', text), pair, {
          value: text.value,
        });
        result
          .groupBy((key, value) => [key, value], text)
          .reduce(
            (all, value) => `${all}+${value}`,
            (all, value) => `${all}-${value}`,
          )
          .toStream()
          .to('out');
      },
      updates.slice(0, 2),
      text,
    );
    expect(rows.at(-1)).toEqual(['k', 'k:l--k:l-+k:lr', 5]);
  });

  it('are read through both by a stream that meets their result', async () => {
    const rows = await run(
      (builder) => {
        const table = builder.table('left', text).leftJoin(builder.table('right', text), pair);
        builder
          .stream('in', text)
          .join(table, (value, row) => value + row)
          .to('out', text);
      },
      [...updates.slice(0, 2), ['k', 'x', 9], ['other', 'x', 9]],
      text,
    );
    expect(rows).toEqual([['k', 'xk:lr', 9]]);
  });

  it('must be partitioned alike', () => {
    const builder = new StreamsBuilder();
    builder.table('left', text).join(builder.table('right', text), pair);
    const [part] = builder.build().subTopologies;
    expect(part?.copartitionGroups).toEqual([['left', 'right']]);
  });
});
