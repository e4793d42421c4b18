import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { KStream } from '../../src/dsl/kstream.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, long, string } from '../../src/serde/index.js';
import type { StreamFacts } from '../../src/dsl/serde-facts.js';

interface Order {
  readonly id: number;
  readonly customer: string;
}

const orders = new StreamsBuilder().stream('orders', { key: string(), value: json<Order>() });

/** Key and value of a stream's records, for the compiler alone. */
const recordOf = <K, V, F extends StreamFacts>(stream: KStream<K, V, F>): [K, V] => stream as unknown as [K, V];

describe('a stream without duplicates', () => {
  it('has the records of the stream, and what is late is one of them', () => {
    const distinct = orders.distinct({
      by: (order, key) => {
        expectTypeOf([order, key]).toEqualTypeOf<(Order | string)[]>();
        return order.id;
      },
      within: '1h',
      late: (late) => {
        expectTypeOf(recordOf(late)).toEqualTypeOf<[string, Order]>();
        late.to('late-orders');
      },
    });
    expectTypeOf(recordOf(distinct)).toEqualTypeOf<[string, Order]>();
    distinct.to('distinct-orders');
  });

  it('has values as the flag makes them', () => {
    const flagged = orders.first({ by: (order) => order.id, flag: ({ customer }, first) => ({ customer, first }) });
    expectTypeOf(recordOf(flagged)).toEqualTypeOf<[string, { customer: string; first: boolean }]>();
    expectTypeOf(recordOf(orders.first({ by: (order) => order.id }))).toEqualTypeOf<[string, Order]>();
  });

  it('needs the serdes of a new key and value, and ids that can be compared', () => {
    const byCustomer = orders.selectKey((order) => order.id);
    const programs = (): unknown[] => [
      // @ts-expect-error -- the key was changed, and its serde is not known
      byCustomer.distinct({ within: '1h' }),
      // @ts-expect-error -- an object is no id
      orders.distinct({ by: (order) => order, within: '1h' }),
      // @ts-expect-error -- without a time, say first
      orders.distinct({ by: (order) => order.id }),
    ];
    expectTypeOf(programs).toBeFunction();
    byCustomer.distinct({ within: '1h', key: long() }).to('out');
  });
});
