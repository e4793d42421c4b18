import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { KStream } from '../../src/dsl/kstream.js';
import type { StreamFacts } from '../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, string } from '../../src/serde/index.js';

interface Order {
  amount: number;
}
interface Score {
  risk: number;
}

/** Key and value of a stream's records, for the compiler alone. */
function recordsOf<K, V, F extends StreamFacts>(stream: KStream<K, V, F>): [K, V];
function recordsOf(stream: object): unknown {
  return stream;
}

const orders = new StreamsBuilder().stream('orders', { key: string(), value: json<Order>() });
const score = ({ amount }: Order): Promise<Score> => Promise.resolve({ risk: amount });

describe('results of asynchronous calls', () => {
  it('have the type that the call resolves to', () => {
    expectTypeOf(recordsOf(orders.mapAsync(score))).toEqualTypeOf<[string, Score]>();
    const inBatches = orders.mapAsyncBatch((records) => Promise.all(records.map(({ value }) => score(value))));
    expectTypeOf(recordsOf(inBatches)).toEqualTypeOf<[string, Score]>();
    expect(inBatches).toBeDefined();
  });

  it('go aside with their own types: late ones as results, failed ones as they came', () => {
    orders.mapAsync(score, {
      deadline: '1s',
      late: (late) => {
        expectTypeOf(recordsOf(late)).toEqualTypeOf<[string, Score]>();
      },
      failed: (failed) => {
        expectTypeOf(recordsOf(failed)).toEqualTypeOf<[string, Order]>();
        failed.to('failed'); // its serdes are known
      },
    });
  });

  it('need a serde before they are written, and records need theirs before they are called for', () => {
    const wrong = () => {
      // @ts-expect-error -- the serde of a score is not known
      orders.mapAsync(score).to('scores');
      // @ts-expect-error -- the serde of what was mapped is not known
      orders.mapValues(({ amount }) => amount).mapAsync((amount) => Promise.resolve(amount));
      // @ts-expect-error -- a fallback is a result
      orders.mapAsync(score, { fallback: () => 'none' });
    };
    expect(wrong).not.toBeNull();
    orders.mapAsync(score).to('scores', { value: json<Score>() });
    orders.mapValues(({ amount }) => amount).mapAsync((amount) => Promise.resolve(amount), { value: json<number>() });
  });
});
