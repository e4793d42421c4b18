import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { json, long, string } from '../../src/serde/index.js';
import type { KeyValueStore, ValueAndTimestamp } from '../../src/state/store.js';
import { keyValueStore, windowStore } from '../../src/topology/store-definitions.js';

interface Bid {
  item: string;
  price: number;
}

const builder = new StreamsBuilder();
const bids = builder.stream('bids', { key: string(), value: json<Bid>() });
const orders = builder.table('orders', { key: string(), value: json<Bid>() });
const items = builder.table('items', { key: string(), value: long() });
const limits = builder.globalTable('limits', { key: string(), value: long() });

/* Each function holds one mistake; none is called. */
export const mistakes = {
  scoreOfAnother: () => {
    // @ts-expect-error -- a bid has no amount to be ranked by
    bids.groupByKey().topN({ by: (bid) => bid.amount, n: 3 });
  },
  scoreThatIsText: () => {
    // @ts-expect-error -- a score is a number
    bids.groupByKey().topN({ by: (bid) => bid.item, n: 3 });
  },
  topWithoutSerde: () => {
    // @ts-expect-error -- the serde of the changed value is not known
    bids
      .mapValues((bid) => bid.price)
      .groupByKey()
      .topN({ by: (price) => price, n: 3 });
  },
  topOfAnotherType: () => {
    // @ts-expect-error -- the list holds bids, not numbers
    bids.groupByKey().topN({ by: (bid) => bid.price, n: 3, value: long() });
  },
  partitionOfText: () => {
    // @ts-expect-error -- a partition is a number, or several
    bids.to('out', { partitioner: (_topic, key) => key });
  },
  partitionByAnotherKey: () => {
    const byNumber = (_topic: string, item: number): number => item;
    const itemOf = (bid: Bid): string => bid.item;
    // @ts-expect-error -- the keys of the items are texts
    orders.join(items, itemOf, () => 1, { otherPartitioner: byNumber });
  },
  wrongForeignKey: () => {
    // @ts-expect-error -- the keys of the items are texts, a price is a number
    orders.join(
      items,
      (bid) => bid.price,
      () => 1,
    );
  },
  tableKeyOfLeftJoin: () => {
    const itemOf = (bid: Bid): string => bid.item;
    // @ts-expect-error -- in a left join there may be no key of the table
    bids.leftJoin(limits, itemOf, (_bid, _limit, _key, item) => item.length);
  },
  valuesChangeTheKey: () => {
    bids.processValues(() => ({
      // @ts-expect-error -- a processor of values keeps every record's key
      process: (record) => record.withKey('x'),
    }));
  },
  ttlOfWindows: () => {
    // @ts-expect-error -- windows have a retention in place of a ttl
    windowStore({ name: 's', key: string(), value: long(), retention: '1h', windowSize: '1m', ttl: '1h' });
  },
  standbyByNumber: () => {
    // @ts-expect-error -- how many copies there are is the application's matter
    keyValueStore({ name: 's', key: string(), value: long(), standby: 2 });
  },
};

describe('the types of options', () => {
  it('give the best of a stream as a list of its values', () => {
    const top = bids.groupBy((bid) => bid.item, { key: string() }).topN({ by: (bid) => bid.price, n: 3 });
    top
      .toStream()
      .foreach((best, item) => expectTypeOf([best, item] as const).toEqualTypeOf<readonly [readonly Bid[], string]>());
  });

  it('give the joiner of a global table both keys', () => {
    bids.join(
      limits,
      (bid) => bid.item,
      (_bid, _limit, key, item) => {
        expectTypeOf([key, item]).toEqualTypeOf<string[]>();
      },
    );
  });

  it('let an entry have a ttl of its own', () => {
    expectTypeOf<KeyValueStore<string, number>['put']>().toBeCallableWith('a', 1, { ttl: '5m' });
    expectTypeOf<KeyValueStore<string, ValueAndTimestamp<number>>['put']>().toBeCallableWith('a', null);
  });

  it('let a stream be written to a topic and to partitions that are chosen per record', () => {
    bids.to(
      (item, bid, { timestamp, headers }) => {
        expectTypeOf([item, bid, timestamp, headers.length] as const).toEqualTypeOf<
          readonly [string, Bid, number, number]
        >();
        return bid.item;
      },
      { partitioner: (_topic, item, bid, partitions) => [item.length % partitions, bid.price % partitions] },
    );
  });
});
