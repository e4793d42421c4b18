import { describe, expect, it } from '@jest/globals';
import type Big from 'big.js';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { avro, string, type AvroValue } from '../../src/serde/index.js';

const Card = avro.record('Card', { last4: avro.string() });
const Cash = avro.record('Cash', { change: avro.decimal(6, 2) });
const Sale = avro.record('Sale', {
  seller_id: avro.string(),
  amount: avro.decimal(12, 2),
  at: avro.timestampMillis(),
  exactly: avro.timestampMicros(),
  kind: avro.enum('Kind', ['online', 'store']),
  note: avro.optional(avro.string()),
  paid: avro.oneOf('method', { Card, Cash }),
  tags: avro.field(avro.array(avro.string()), { default: [] }),
});
type Sale = AvroValue<typeof Sale>;

const sales = new StreamsBuilder().stream('sales', { key: string(), value: avro.bare(Sale) });

/* Each function holds one mistake; none is called. */
export const mistakes = {
  fieldThatIsNotThere: () => {
    // @ts-expect-error -- a sale has no buyer
    sales.mapValues((sale) => sale.buyer);
  },
  missingField: (): Sale => {
    // @ts-expect-error -- of its eight fields a sale has one
    return { seller_id: 's1' };
  },
  wrongSymbol: (sale: Sale): Sale => {
    // @ts-expect-error -- "phone" is no kind of sale
    return { ...sale, kind: 'phone' };
  },
  numberForDecimal: (sale: Sale): Sale => {
    // @ts-expect-error -- money is a decimal, not a floating-point number
    return { ...sale, amount: 1.5 };
  },
  fieldOfTheOtherBranch: (sale: Sale) => {
    // @ts-expect-error -- what is paid by card has no change
    return sale.paid.method === 'Card' ? sale.paid.change : undefined;
  },
  wrongDefault: () => {
    // @ts-expect-error -- the default of a text is a text
    avro.field(avro.string(), { default: 5 });
  },
  wrongDefaultSymbol: () => {
    // @ts-expect-error -- the default is one of the symbols
    avro.enum('Kind', ['online', 'store'], { default: 'phone' });
  },
};

describe('a declared schema', () => {
  it('gives the type of its values', () => {
    expectTypeOf<Sale>().toEqualTypeOf<{
      readonly seller_id: string;
      readonly amount: Big;
      readonly at: number;
      readonly exactly: bigint;
      readonly kind: 'online' | 'store';
      readonly note: string | null;
      readonly paid:
        | ({ readonly method: 'Card' } & { readonly last4: string })
        | ({ readonly method: 'Cash' } & { readonly change: Big });
      readonly tags: readonly string[];
    }>();
    expect(Object.keys(mistakes)).not.toHaveLength(0);
  });
});
