import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { KTable } from '../../src/dsl/ktable.js';
import type { TableFacts } from '../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, long, string } from '../../src/serde/index.js';

interface Order {
  readonly customer: number;
  readonly what: string;
}

const builder = new StreamsBuilder();
const orders = builder.table('orders', { key: string(), value: json<Order>() });
const customers = builder.table('customers', { key: long(), value: string() });

/** Key and value of a table's rows, for the compiler alone. */
const rowOf = <K, V, F extends TableFacts>(table: KTable<K, V, F>): [K, V] => table as unknown as [K, V];

describe('a foreign-key join', () => {
  it('takes its types from both tables', () => {
    const joined = orders.join(
      customers,
      (order) => order.customer,
      (order, name, key) => {
        expectTypeOf<[typeof order, typeof name, typeof key]>().toEqualTypeOf<[Order, string, string]>();
        return `${key}: ${order.what} for ${name}`;
      },
      { value: string(), store: 'joined' },
    );
    expectTypeOf(rowOf(joined)).toEqualTypeOf<[string, string]>();
  });

  it('shows a left join that the foreign row may be missing', () => {
    const joined = orders.leftJoin(
      customers,
      (order) => order.customer,
      (_order, name) => name,
    );
    expectTypeOf(rowOf(joined)).toEqualTypeOf<[string, string]>();
  });

  it('must give keys of the other table, whose serdes must be known', () => {
    const programs = (): unknown[] => [
      // @ts-expect-error -- its keys are numbers
      // prettier-ignore
      orders.join(customers, (order: Order) => order.what, (order: Order, name: string) => order.what + name),
      orders.join(
        // @ts-expect-error -- the value was mapped
        customers.mapValues((name) => name.length),
        (order: Order) => order.customer,
        (order: Order, length: number) => order.what.length + length,
      ),
    ];
    expectTypeOf(programs).toBeFunction();
  });
});
