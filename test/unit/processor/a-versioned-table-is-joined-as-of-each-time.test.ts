import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { json, string } from '../../../src/serde/index.js';
import { run, type Row } from './run.js';

const RETENTION_MS = 60;

/** A record of the stream `in` or of the table `table`, in the order of arrival; a table's null is a deletion. */
type Arrival = readonly [key: string, value: string | null, timestamp: number, topic: 'in' | 'table'];

const key = fc.constantFrom('a', 'b');
const timestamp = fc.nat(100);
const tableValue = fc.option(fc.constantFrom('x', 'y', 'z'));
const arrivals = fc.array(
  fc.oneof(
    fc.tuple(key, fc.string({ maxLength: 3 }), timestamp, fc.constant('in' as const)),
    fc.tuple(key, tableValue, timestamp, fc.constant('table' as const)),
  ),
  { maxLength: 60 },
);

type Result = readonly [value: string, tableValue: string | null];

/** The arrivals through the real join. */
function joined(all: readonly Arrival[], grace: number | undefined, left: boolean): Promise<Row<string, Result>[]> {
  const joiner = (value: string, other: string | null): Result => [value, other];
  const out = { key: string(), value: json<Result>() };
  return run(
    (builder) => {
      const texts = { key: string(), value: string() };
      const table = builder.table('table', { ...texts, historyRetention: RETENTION_MS });
      const options = grace === undefined ? {} : { grace };
      const results = left
        ? builder.stream('in', texts).leftJoin(table, joiner, options)
        : builder.stream('in', texts).join(table, joiner, options);
      results.to('out', out);
    },
    all,
    out,
  );
}

/** The same by lists alone: whatever came of the table is kept, and looked through from its end. */
function expected(all: readonly Arrival[], grace: number | undefined, left: boolean): Row<string, Result>[] {
  const results: Row<string, Result>[] = [];
  const versions: Arrival[] = [];
  let waiting: Arrival[] = [];
  let [streamTime, tableTime] = [-1, -1];
  const join = ([key, value, time]: Arrival): void => {
    const known = asOf(versions, key, time, tableTime);
    if (known !== null || left) results.push([key, [value ?? '', known], time]);
  };
  for (const arrival of all) {
    const [key, , time, topic] = arrival;
    if (topic === 'table') {
      if (time < tableTime - RETENTION_MS) continue;
      tableTime = Math.max(tableTime, time);
      versions.push(arrival);
    } else if (grace === undefined || time < streamTime - grace) join(arrival);
    else {
      streamTime = Math.max(streamTime, time);
      const place = waiting.findIndex(([other, , due]) => due > time || (due === time && other > key));
      waiting = waiting.toSpliced(place < 0 ? waiting.length : place, 0, arrival);
      while (waiting[0] !== undefined && waiting[0][2] <= streamTime - grace) join(waiting.shift() ?? arrival);
    }
  }
  return results;
}

/** What a key was at a time: of equal times the last that came. Beyond the history only the latest is known. */
function asOf(versions: readonly Arrival[], key: string, time: number, tableTime: number): string | null {
  const ofKey = versions.filter(([other]) => other === key).toSorted(([, , one], [, , other]) => one - other);
  const found = ofKey.findLast(([, , since]) => since <= time);
  if (time < tableTime - RETENTION_MS && found !== ofKey.at(-1)) return null;
  return found?.[1] ?? null;
}

it.each([
  ['without a grace', undefined],
  ['with no grace', 0],
  ['with a short grace', 10],
  ['with a grace as long as the history', RETENTION_MS],
])('%s, whatever comes in whatever order gives what lists would', async (_, grace) => {
  await fc.assert(
    fc.asyncProperty(arrivals, fc.boolean(), async (all, left) => {
      expect(await joined(all, grace, left)).toEqual(expected(all, grace, left));
    }),
    { numRuns: 40 },
  );
}, 120_000); // prettier-ignore

it('with a grace that covers the disorder, the order of arrival does not matter', async () => {
  const facts: fc.Arbitrary<Arrival[]> = fc.uniqueArray(
    fc.oneof(
      fc.tuple(key, fc.constantFrom('1', '2', '3'), fc.nat(40), fc.constant('in' as const)),
      fc.tuple(key, tableValue, fc.nat(40), fc.constant('table' as const)),
    ),
    { maxLength: 30, selector: ([name, , time, topic]) => `${topic} ${name} ${time}` },
  );
  const last: Arrival = ['a', 'end', 1_000, 'in'];
  const shuffled = facts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  await fc.assert(
    fc.asyncProperty(shuffled, async ([one, other]) => {
      expect(await joined([...other, last], 40, true)).toEqual(await joined([...one, last], 40, true));
    }),
    { numRuns: 40 },
  );
}, 120_000); // prettier-ignore
