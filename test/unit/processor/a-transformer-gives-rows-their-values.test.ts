import { describe, expect, it } from '@jest/globals';
import type { TableTransformer, TransformerContext } from '../../../src/processor/ktable/table-transform-values.js';
import { long, string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { run, text, type Row } from './run.js';

/** Appends how often a key was seen, counted in a store. */
class Numbering implements TableTransformer<string, string, string> {
  #seen!: KeyValueStore<string, number>;

  init(context: TransformerContext): void {
    this.#seen = context.getStateStore('seen');
  }

  transform(value: string | null, key: string): string | null {
    const count = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.put(key, count);
    return value === null ? null : `${value}#${String(count)}`;
  }
}

const seen = keyValueStore({ name: 'seen', key: string(), value: long(), storage: 'memory' });
const inputs: Row<string, string>[] = [
  ['a', 'x', 1],
  ['b', 'y', 2],
  ['a', null, 3],
  ['a', 'z', 4],
];

describe('a transformer', () => {
  it('uses the stores that the operator brings, and is called for deletions', async () => {
    const rows = await run(
      (builder) => {
        const table = builder.table('in', text).transformValues(() => new Numbering(), { stores: [seen] });
        table.toStream().to('out', text);
      },
      inputs,
      text,
    );
    expect(rows).toEqual([
      ['a', 'x#1', 1],
      ['b', 'y#1', 2],
      ['a', null, 3],
      ['a', 'z#3', 4],
    ]);
  });

  it('is not called again for old values if the result is kept', async () => {
    const rows = await run(
      (builder) => {
        const options = { stores: [seen], store: 'kept', value: string() };
        const table = builder.table('in', text).transformValues(() => new Numbering(), options);
        const counts = table
          .groupBy((_key, value) => ['all', value], text)
          .reduce(
            (all, value) => `${all},${value}`,
            (all, value) => `${all}-${value}`,
          );
        counts.toStream().to('out', text);
      },
      inputs,
      text,
    );
    expect(rows.at(-1)?.[1]).toBe('x#1,y#1-x#1,z#3');
  });

  it('reads the parent for a join, through an instance of its own', async () => {
    const made: string[] = [];
    const rows = await run(
      (builder) => {
        const table = builder.table('table', text).transformValues((): TableTransformer<string, string, string> => {
          made.push('one');
          return { transform: (value) => (value === null ? null : value.toUpperCase()) };
        });
        builder
          .stream('in', text)
          .join(table, (value, other) => value + other)
          .to('out', text);
      },
      [
        ['k', 'upper', 0, 'table'],
        ['k', 'x', 1],
      ],
      text,
    );
    expect([rows, made.length]).toEqual([[['k', 'xUPPER', 1]], 2]);
  });
});
