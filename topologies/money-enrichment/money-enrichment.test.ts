import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  generate,
  json,
  string,
  StreamsBuilder,
  type GeneratedRecord,
  type SessionStore,
  type StateStore,
} from 'millrace';
import { TopologyTestDriver } from 'millrace/testing';
import type { Session, Transaction, User } from './event.js';
import { sessionsGenerator } from './generator.js';
import topology, { type EnrichedTransaction } from './topology.js';

const START = Date.parse('2024-05-11T10:00:00Z');
const BOUND = 10_000;

let driver: TopologyTestDriver;

async function start(): Promise<void> {
  const builder = new StreamsBuilder();
  topology.build(builder);
  driver = await TopologyTestDriver.start(builder.build(), { errorPolicies: topology.config?.errorPolicies });
}
beforeEach(start);
afterEach(() => driver.close());

const send = ({ topic, value }: Pick<GeneratedRecord, 'topic' | 'value'>): Promise<void> =>
  driver.pipe(topic, null, Buffer.from(JSON.stringify(value)));

const ids = { user_id: 'u', session_id: 's' };
const user = (timestamp: number, country = 'CH', more: object = {}) =>
  send({ topic: 'users', value: { user_id: 'u', name: 'U', country, timestamp: START + timestamp, ...more } });
const session = (timestamp: number, ends_at: number, more: object = {}) =>
  send({
    topic: 'sessions',
    value: { ...ids, device: 'phone', timestamp: START + timestamp, ends_at: START + ends_at, ...more },
  });
const pay = (transaction_id: string, timestamp: number, more: object = {}) =>
  send({
    topic: 'money-transactions',
    value: { transaction_id, ...ids, amount: '5', currency: 'USD', timestamp: START + timestamp, ...more },
  });
/** Makes stream time go on, so that nothing is held back any more. */
const later = (timestamp: number) => user(timestamp, 'CH', { user_id: 'somebody else' });
/** As `later`, until what ended by then is removed: when later events have come out of the order. */
async function pass(timestamp: number): Promise<void> {
  for (const times of [0, 1, 2]) await later(timestamp + 1 + times * (BOUND + 1));
}

function sent(topic: string): EnrichedTransaction[] {
  const records = driver.createOutputTopic(topic, { key: string(), value: json<EnrichedTransaction>() }).readAll();
  return records.flatMap(({ value }) => (value === null ? [] : [value]));
}
const idsIn = (topic: string): string[] => sent(topic).map(({ transaction_id }) => transaction_id);

function ask(name: string, input: Record<string, string>): unknown {
  const query = topology.queries?.find((one) => one.name === name);
  return query?.answer(input, { store: <S extends StateStore>(store: string) => driver.store<S>(store) });
}
async function sessionsKept(): Promise<number> {
  let kept = 0;
  for await (const { key } of driver.store<SessionStore<string, Session>>('sessions').all()) if (key !== '') kept++;
  return kept;
}

describe('a transaction', () => {
  it('has the user and the session of its time, though both came after it and the user has changed since', async () => {
    await user(2_000, 'JP');
    await pay('t', 1_500, { amount: 7.5 });
    await session(1_000, 3_000);
    await user(0, 'CH');
    await later(BOUND + 3_000);
    expect(sent('enriched-transactions')).toEqual([
      {
        ...{ transaction_id: 't', ...ids, amount: '7.50', currency: 'USD', timestamp: START + 1_500, first: true },
        user: { user_id: 'u', name: 'U', country: 'CH', timestamp: START },
        session: { ...ids, device: 'phone', timestamp: START + 1_000, ends_at: START + 3_000 },
      },
    ]);
  });

  it('goes out once, and is the first of its user if none was before it', async () => {
    await user(0);
    await session(0, 9_000);
    for (const [id, time] of [['b', 2_000], ['a', 1_000], ['b', 2_000]] as const) await pay(id, time); // prettier-ignore
    await later(BOUND + 3_000);
    await pay('a', 1_000);
    const out = sent('enriched-transactions').map(({ transaction_id, first }) => [transaction_id, first]);
    expect(out).toEqual([['a', true], ['b', false]]); // prettier-ignore
    expect(idsIn('unenriched-transactions')).toEqual([]);
  });

  it.each([
    ['before its session', 999, {}],
    ['after its session', 3_001, {}],
    ['of no session', 2_000, { session_id: 'none' }],
    ["of another user's session", 2_000, { user_id: 'v' }],
  ])('%s goes out un-enriched', async (_, time, more) => {
    await user(0);
    await user(0, 'CH', { user_id: 'v' });
    await session(1_000, 3_000);
    await pay('in', 1_000);
    await pay('in too', 3_000);
    await pay('out', time, more);
    await later(BOUND + 3_001);
    expect(idsIn('enriched-transactions')).toEqual(['in', 'in too']);
    expect(sent('unenriched-transactions')).toMatchObject([{ transaction_id: 'out', amount: '5.00', session: null }]);
  });

  it('that comes too late for the order is enriched as long as its session is there', async () => {
    await user(14_001, 'JP');
    await user(0, 'CH');
    await session(0, 20_000);
    await later(25_000);
    await pay('late', 14_000);
    await pass(20_000);
    await pay('later', 14_000);
    expect(sent('enriched-transactions')).toMatchObject([{ transaction_id: 'late', user: { country: 'CH' } }]);
    expect(idsIn('unenriched-transactions')).toEqual(['later']);
  });

  it('that is hours late goes out un-enriched', async () => {
    await pay('in time', 9 * 3_600_000);
    await pay('late', 0);
    expect(idsIn('unenriched-transactions')).toEqual(['late']);
  });
});

describe('sessions', () => {
  it('are kept until they have ended and nothing that is in time can belong to them', async () => {
    for (const session_id of ['a', 'b']) await session(0, 5_000, { session_id });
    await session(0, 50_000);
    await later(BOUND);
    expect(await sessionsKept()).toBe(3);
    expect(ask('session', { session_id: 'a' })).toMatchObject({ device: 'phone', ends_at: START + 5_000 });
    await pass(5_000);
    expect(await sessionsKept()).toBe(1);
    expect(ask('session', { session_id: 'a' })).toBeUndefined();
    await pass(50_000);
    expect(await sessionsKept()).toBe(0);
  });
});

it('answers with the last enriched transaction of a user', async () => {
  await user(0);
  await session(0, 9_000);
  for (const [id, time] of [['last', 2_000], ['first', 1_000]] as const) await pay(id, time); // prettier-ignore
  await later(BOUND + 3_000);
  expect(ask('last_enriched', { user_id: 'u' })).toMatchObject({ transaction_id: 'last', user: { country: 'CH' } });
  expect(ask('last_enriched', { user_id: 'nobody' })).toBeUndefined();
});

it.each([
  ['money-transactions', { transaction_id: 't', ...ids, amount: 'much', currency: 'USD', timestamp: START }],
  ['sessions', { ...ids, device: 'phone', timestamp: START + 1, ends_at: START }],
  ['sessions', { ...ids, device: 'phone', timestamp: START, ends_at: START + 90_000_000 }],
  ['users', { user_id: 'u', name: '', country: 'CH', timestamp: START }],
])('passes over what is malformed in %s', async (topic, value) => {
  await send({ topic, value });
  await driver.pipe(topic, Buffer.from('u'), null);
  await user(0);
  await session(0, 5_000);
  await pay('t', 0);
  await later(BOUND);
  expect(idsIn('enriched-transactions')).toEqual(['t']);
});

describe('whatever the order of arrival within the bound', () => {
  const run = { seed: 7, count: 300, startMs: START, options: { users: 8 } };
  const records = [...generate(sessionsGenerator, run)];

  it('the results are those reckoned from the records by hand', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(BOUND)), async (delays) => {
        await driver.close();
        await start();
        const order = records.map((record) => ({ record, at: timeOf(record) + Number(delays.next().value) }));
        for (const { record } of order.toSorted((a, b) => a.at - b.at)) await send(record);
        await pass(3_600_000);
        expect(await sessionsKept()).toBe(0);
        expect(byId(sent('enriched-transactions'))).toEqual(byId(truth().filter(isEnriched)));
        expect(byId(sent('unenriched-transactions'))).toEqual(byId(truth().filter((each) => !isEnriched(each))));
      }),
      { numRuns: 3, seed: 1 },
    );
  }, 120_000);

  const timeOf = ({ value }: GeneratedRecord): number => (value as { timestamp: number }).timestamp;
  const isEnriched = ({ user: known, session: found }: EnrichedTransaction): boolean =>
    known !== null && found !== null;
  const byId = (rows: EnrichedTransaction[]): EnrichedTransaction[] =>
    rows.toSorted((a, b) => (a.transaction_id < b.transaction_id ? -1 : 1));
  const valuesOf = <T>(topic: string): T[] => records.filter((each) => each.topic === topic).map(({ value }) => value as T); // prettier-ignore

  /** Every transaction once, each looked up in all that was ever known. */
  function truth(): EnrichedTransaction[] {
    const transactions = new Map(
      valuesOf<Transaction>('money-transactions').map((each) => [each.transaction_id, each]),
    );
    const users = valuesOf<User>('users').toSorted((a, b) => a.timestamp - b.timestamp);
    const inOrder = [...transactions.values()].toSorted((a, b) => a.timestamp - b.timestamp);
    return inOrder.map((each) => ({
      ...each,
      first: inOrder.find(({ user_id }) => user_id === each.user_id) === each,
      user: users.findLast((one) => one.user_id === each.user_id && one.timestamp <= each.timestamp) ?? null,
      session:
        valuesOf<Session>('sessions').find(
          (one) =>
            one.session_id === each.session_id && one.timestamp <= each.timestamp && each.timestamp <= one.ends_at,
        ) ?? null,
    }));
  }
});
