import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { json, long, string } from '../../src/serde/index.js';

interface Click {
  page: string;
}

const builder = new StreamsBuilder();
const clicks = builder.stream('clicks', { key: string(), value: json<Click>() });
const pages = builder.table('pages', { key: string(), value: json<Click>() });

/* Each function holds one mistake; none is called. */
export const mistakes = {
  windows: () => {
    clicks
      .groupByKey()
      .windowedBy(tumbling('1m'))
      // @ts-expect-error -- windows have a retention in place of a ttl
      .count({ ttl: '5m' });
  },
  best: () => {
    // @ts-expect-error -- a list of the best rows has no ttl of its own: its rows have one upstream
    pages.groupBy((key, value) => [key, value]).topN({ by: (page) => page.page.length, n: 2, ttl: '1m' });
  },
  everywhere: () => {
    // @ts-expect-error -- a global table has nobody to tell of rows that are gone
    builder.globalTable('g', { key: string(), value: long(), ttl: '1m', onExpiry: 'tombstone' });
  },
  noDuration: () => {
    // @ts-expect-error -- "1 minute" is no duration
    clicks.groupByKey().count({ ttl: '1 minute' });
  },
  nullIsTold: () => {
    const counts = clicks.groupByKey().count({ ttl: '1m', onExpiry: 'tombstone' });
    // @ts-expect-error -- of a row that is gone there is no count
    counts.toStream().mapValues((count) => count.toFixed());
  },
};

describe('the types of a table with a ttl', () => {
  it('have a null where the table tells of rows that are gone', () => {
    const silent = clicks.groupByKey().count({ ttl: '1m' });
    silent.toStream().foreach((count) => expectTypeOf(count).toEqualTypeOf<number>());
    const telling = clicks.groupByKey().aggregate(
      () => 0,
      (sum) => sum + 1,
      {
        ttl: '1m',
        onExpiry: 'tombstone',
        value: long(),
      },
    );
    telling.toStream().foreach((sum) => expectTypeOf(sum).toEqualTypeOf<number | null>());
    clicks
      .toTable({ ttl: '1m', onExpiry: 'tombstone' })
      .toStream()
      .foreach((click) => expectTypeOf(click).toEqualTypeOf<Click | null>());
  });
});
