import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, long, string } from '../../src/serde/index.js';

interface Sale {
  currency: string;
  amount: number;
}

const builder = new StreamsBuilder();
const sales = builder.stream('sales', { key: string(), value: json<Sale>() });
const rates = builder.globalTable('rates', { key: string(), value: long() });

const currencyOf = (sale: Sale): string => sale.currency;
const amountOf = (sale: Sale): number => sale.amount;
const amountIn = (sale: Sale, rate: number): number => sale.amount * rate;

/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- the compiler refuses these calls, as it should */
/* Each function holds one mistake; none is called. */
export const mistakes = {
  selectorOfOtherKeys: () => {
    // @ts-expect-error -- the table's keys are strings
    sales.join(rates, amountOf, amountOf);
  },
  nullOfLeftJoin: () => {
    // @ts-expect-error -- in a left join there may be no rate
    sales.leftJoin(rates, currencyOf, amountIn);
  },
  noSelector: () => {
    // @ts-expect-error -- a global table is joined by a selected key
    sales.join(rates, (sale) => sale.amount);
  },
  sinkWithoutSerde: () => {
    const joined = sales.join(rates, currencyOf, amountIn);
    // @ts-expect-error -- the serde of the result is not known
    joined.to('out');
  },
};

/* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */

describe('the types of a join with a global table', () => {
  it('follow from both sides, and the key stays', () => {
    const joined = sales.leftJoin(rates, currencyOf, (sale, rate, key) => {
      expectTypeOf(sale).toEqualTypeOf<Sale>();
      expectTypeOf(rate).toEqualTypeOf<number | null>();
      expectTypeOf(key).toEqualTypeOf<string>();
      return sale.amount * (rate ?? 1);
    });
    joined.to('out', { value: long() });
  });
});
