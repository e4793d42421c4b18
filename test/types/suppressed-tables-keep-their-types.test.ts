import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { KTable } from '../../src/dsl/ktable.js';
import type { TableFacts } from '../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { long, string, type Windowed } from '../../src/serde/index.js';

const builder = new StreamsBuilder();
const rates = builder.table('rates', { key: string(), value: long() });
const counts = builder.stream('in', { key: string(), value: string() }).groupByKey().windowedBy(tumbling('1m')).count();

/** Key and value of a table's rows, for the compiler alone. */
const rowOf = <K, V, F extends TableFacts>(table: KTable<K, V, F>): [K, V] => table as unknown as [K, V];

describe('a suppressed table', () => {
  it('has the rows of the table', () => {
    expectTypeOf(rowOf(counts.suppress({ until: 'windowCloses' }))).toEqualTypeOf<[Windowed<string>, number]>();
    expectTypeOf(rowOf(rates.suppress({ until: 'timeLimit', limit: '5m' }))).toEqualTypeOf<[string, number]>();
  });

  it('waits for windows only if it has some, and may not emit early then', () => {
    const programs = (): unknown[] => [
      // @ts-expect-error -- the keys are no windows
      rates.suppress({ until: 'windowCloses' }),
      // @ts-expect-error -- an early result would not be the final one
      counts.suppress({ until: 'windowCloses', buffer: { maxRecords: 1, whenFull: 'emitEarly' } }),
    ];
    expectTypeOf(programs).toBeFunction();
  });

  it('must know the serde of its values', () => {
    const doubled = rates.mapValues((rate) => String(rate * 2));
    // @ts-expect-error -- the value was mapped
    const program = (): unknown => doubled.suppress({ until: 'timeLimit', limit: 1 });
    expectTypeOf(program).toBeFunction();
    expectTypeOf(rowOf(doubled.suppress({ until: 'timeLimit', limit: 1, value: string() }))).toEqualTypeOf<
      [string, string]
    >();
  });
});
