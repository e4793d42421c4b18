import { describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import { expectTypeOf } from 'expect-type';
import { defineQuery, type QueryInput, type QueryAnswer } from '../../src/app/define-query.js';
import { avro } from '../../src/serde/index.js';

const returns = { wallet_id: avro.string(), balance: avro.decimal(12, 2), note: avro.optional(avro.string()) };

/* Each function holds one mistake; none is called. */
export const mistakes = {
  missingField: () =>
    defineQuery({
      name: 'q',
      path: '/q/{wallet_id}',
      returns,
      // @ts-expect-error -- the balance is missing
      answer: ({ wallet_id }) => ({ wallet_id, note: null }),
    }),
  numberForDecimal: () =>
    defineQuery({
      name: 'q',
      path: '/q',
      returns,
      // @ts-expect-error -- money is a decimal, not a floating-point number
      answer: () => ({ wallet_id: 'b', balance: 1.5, note: null }),
    }),
  unknownInput: () =>
    defineQuery({
      name: 'q',
      path: '/q/{wallet_id}',
      returns,
      // @ts-expect-error -- the path names no user
      answer: ({ user_id }) => ({ wallet_id: String(user_id), balance: new Big(1), note: null }),
    }),
};

describe('a query', () => {
  it('is asked with what its path and options name', () => {
    expectTypeOf<QueryInput<'/balance/{wallet_id}/{currency}', 'limit'>>().toEqualTypeOf<
      Readonly<Record<'wallet_id' | 'currency', string> & Partial<Record<'limit', string>>>
    >();
  });

  it('answers what it returns, or nothing, now or later', () => {
    expectTypeOf<QueryAnswer<typeof returns>>().toEqualTypeOf<
      { readonly wallet_id: string; readonly balance: Big; readonly note: string | null } | undefined
    >();
    const answer = (wallet_id: string) => ({ wallet_id, balance: new Big(1), note: null });
    const query = defineQuery({
      name: 'q',
      path: '/q/{wallet_id}',
      returns,
      answer: async ({ wallet_id }) => (wallet_id === '' ? undefined : Promise.resolve(answer(wallet_id))),
    });
    expect(query.name).toBe('q');
  });

  it('answers anything when it does not say', () => {
    expect(defineQuery({ name: 'q', path: '/q', answer: () => [1, { a: null }] }).returns).toBeUndefined();
  });
});
