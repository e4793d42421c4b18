import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { long, string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { runTask } from '../runtime/task/run-task.js';
import { run, text, type Row } from './run.js';

type Tell = 'silent' | 'tombstone';

/** Records per key, of keys that were heard of in the last 10 ms. */
const counts = (onExpiry: Tell, caching: boolean) => (builder: StreamsBuilder) => {
  builder.stream('in', text).groupByKey().count({ store: 'counts', ttl: 10, onExpiry, caching }).toStream().to('out');
};

/** Keys by how often they were heard of. */
const keysByCount = (caching: boolean) => (builder: StreamsBuilder) => {
  builder
    .stream('in', text)
    .groupByKey()
    .count({ ttl: 10, onExpiry: 'tombstone', caching })
    .groupBy((key, count) => [String(count), key], text)
    .count({ caching: false })
    .toStream()
    .to('out');
};

const out = (caching: boolean) => ({ ...text, value: long(), cacheMaxBytes: caching ? 1_000_000 : 0 });

describe.each([false, true])('a table with a ttl (cached: %p)', (caching) => {
  const counted = (tell: Tell, inputs: readonly Row<string, string>[]) =>
    run(counts(tell, caching), inputs, out(caching));

  it('begins anew with a key that is gone, and says nothing of it unless asked', async () => {
    const inputs: Row<string, string>[] = [
      ['a', 'x', 0],
      ['a', 'x', 9],
      ['a', 'x', 18],
      ['a', 'x', 28],
    ];
    expect(await counted('silent', inputs)).toEqual([
      ['a', 1, 0],
      ['a', 2, 9],
      ['a', 3, 18],
      ['a', 1, 28],
    ]);
  });

  it('tells of rows that are gone, oldest first, when a record of any key brings stream time there', async () => {
    const result = await counted('tombstone', [
      ['a', 'x', 0],
      ['b', 'x', 2],
      ['c', 'x', 1],
      ['a', 'x', 5],
      ['d', 'x', 12],
      ['e', 'x', 100],
    ]);
    expect(result.filter(([, count]) => count === null).map(([key]) => key)).toEqual(['c', 'b', 'a', 'd']);
    expect(result.at(4)?.[0]).toBe('d');
    expect(result.at(5)).toEqual(['c', null, caching ? 12 : 11]);
  });

  it('tells of a row that is gone before a record of its key begins anew', async () => {
    const result = await counted('tombstone', [
      ['a', 'x', 0],
      ['a', 'x', 10],
    ]);
    const expected = [
      ['a', 1, 0],
      ['a', null, 10],
      ['a', 1, 10],
    ];
    // A cache merges what one commit changed.
    expect(result).toEqual(caching ? [expected[0], expected[2]] : expected);
  });

  it('takes a row that is gone out of what was made of it', async () => {
    const result = await run(
      keysByCount(caching),
      [
        ['a', 'x', 0],
        ['b', 'x', 1],
        ['a', 'x', 10],
        ['z', 'x', 100],
      ],
      out(caching),
    );
    const last = new Map(result.map(([count, keys]) => [count, keys]));
    expect([...last].filter(([, keys]) => keys !== null)).toEqual([['1', 1]]);
  });
});

describe.each(['silent', 'tombstone'] as const)('the store of a table with a ttl (%s)', (onExpiry) => {
  it('does not grow with the keys that were ever written', async () => {
    const builder = new StreamsBuilder();
    counts(onExpiry, false)(builder);
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (let time = 0; time < 500; time++) await input.pipe(String(time), 'x', { timestamp: time });
    expect(driver.store<KeyValueStore<string, unknown>>('counts').approximateEntries()).toBeLessThan(100);
  });
});

describe('a stream joined with a table that has a ttl', () => {
  it('meets rows until they are gone, by the stream time of both', async () => {
    const program = (builder: StreamsBuilder) => {
      const table = builder.table('table', { ...text, ttl: 10 });
      builder
        .stream('in', text)
        .leftJoin(table, (value, row) => `${value}${row ?? '-'}`)
        .to('out', { value: string() });
    };
    const result = await run(
      program,
      [
        ['k', 'r', 5, 'table'],
        ['k', '1', 14],
        ['k', '2', 15],
        ['k', '3', 6],
      ],
      text,
    );
    expect(result.map(([, value]) => value)).toEqual(['1r', '2-', '3-']);
  });
});

describe('the end of rows', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const records = fc.array(fc.tuple(key, fc.nat(12), fc.nat(15)), { minLength: 1, maxLength: 40 });

  it('is told of as the naive model says', () =>
    fc.assert(
      fc.asyncProperty(records, async (steps) => {
        let streamTime = 0;
        const inputs = steps.map(([of, passed, late]): Row<string, string> => {
          streamTime += passed;
          return [of, 'x', Math.max(0, streamTime - late)];
        });
        const result = await run(counts('tombstone', false), inputs, out(false));
        expect(endsByKey(result)).toEqual(endsByKey(naiveCounts(inputs)));
      }),
      { numRuns: 60 },
    ));

  it('is told of again after an abort, and once after a commit', async () => {
    const builder = new StreamsBuilder();
    counts('tombstone', false)(builder);
    const { task, add, run: runOn, written } = await runTask(builder, { inputs: ['in'] });
    add('in', 0, 'x', 'a');
    await runOn();
    const committed = task.prepareCommit();
    task.state.freeze();
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    const back = new Map(committed.map((input) => [`in-0`, input]));
    for (let attempt = 1; attempt <= 2; attempt++) {
      add('in', 10, 'x', 'b');
      await runOn();
      expect(written('out').filter((value) => value === undefined)).toHaveLength(attempt);
      task.state.abort();
      task.reset(back);
    }
  });
});

/** What the counts tell, by a list of rows and their ends. */
function naiveCounts(inputs: readonly Row<string, string>[]): Row<string, number>[] {
  const told: Row<string, number>[] = [];
  const rows = new Map<string, { count: number; time: number }>();
  let streamTime = -1;
  const tell = (of: string, time: number): void => {
    rows.delete(of);
    told.push([of, null, time + 10]);
  };
  for (const [of, , time] of inputs as readonly [string, string, number][]) {
    const advanced = time > streamTime;
    streamTime = Math.max(streamTime, time);
    const last = rows.get(of);
    if (last !== undefined && last.time + 10 <= streamTime) tell(of, last.time);
    const before = rows.get(of);
    const row = { count: (before?.count ?? 0) + 1, time: Math.max(time, before?.time ?? 0) };
    rows.set(of, row);
    told.push([of, row.count, row.time]);
    if (!advanced) continue;
    for (const [other, { time: written }] of [...rows]) if (written + 10 <= streamTime) tell(other, written);
  }
  return told;
}

/** Ends that are told of together, by key. */
function endsByKey(told: readonly Row<string, number>[]): Row<string, number>[] {
  const runs: Row<string, number>[][] = [];
  told.forEach((row, i) => {
    if (row[1] === null && told[i - 1]?.[1] === null) runs.at(-1)?.push(row);
    else runs.push([row]);
  });
  return runs.flatMap((ends) => ends.sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)));
}
