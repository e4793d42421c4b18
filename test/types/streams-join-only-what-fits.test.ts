import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { within } from '../../src/processor/window/join-windows.js';
import { json, long, string } from '../../src/serde/index.js';

interface Sale {
  currency: string;
  amount: number;
}

const builder = new StreamsBuilder();
const sales = builder.stream('sales', { key: string(), value: json<Sale>() });
const rates = builder.globalTable('rates', { key: string(), value: long() });

const payments = builder.stream('payments', { key: string(), value: long() });
const numbers = builder.stream('numbers', { key: long(), value: long() });

const currencyOf = (sale: Sale): string => sale.currency;
const larger = (left: number, right: number): number => Math.max(left, right);
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
  streamOfOtherKeys: () => {
    // @ts-expect-error -- the keys of the two streams are of different types
    sales.join(numbers, amountOf, within('1m'));
  },
  streamWithoutWindow: () => {
    // @ts-expect-error -- two streams are joined within a time
    sales.join(payments, amountOf);
  },
  nullOfStreamLeftJoin: () => {
    // @ts-expect-error -- in a left join there may be no payment
    sales.leftJoin(payments, amountIn, within('1m'));
  },
  otherWithoutSerde: () => {
    const doubled = payments.mapValues((payment) => payment * 2);
    // @ts-expect-error -- the store of the other stream needs the serde of its changed value
    sales.join(doubled, amountIn, within('1m'));
  },
  ownWithoutSerde: () => {
    // @ts-expect-error -- the store of this stream needs the serde of its changed value
    sales.mapValues(amountOf).join(payments, larger, within('1m'));
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

describe('the types of a join of two streams', () => {
  it('follow from both sides and the kind of join', () => {
    sales.outerJoin(
      payments,
      (sale, payment, key) => {
        expectTypeOf(sale).toEqualTypeOf<Sale | null>();
        expectTypeOf(payment).toEqualTypeOf<number | null>();
        expectTypeOf(key).toEqualTypeOf<string>();
        return 1;
      },
      within('1m', { grace: '10s' }),
    );
  });

  it('take the serdes that are not known as options, and know the key afterwards', () => {
    const changed = payments.selectKey((payment) => String(payment)).mapValues((payment) => payment * 2);
    const joined = changed.join(changed, larger, within('1m'), {
      key: string(),
      value: long(),
      otherValue: long(),
    });
    joined.to('out', { value: long() });
  });
});
