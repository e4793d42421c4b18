import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generate, json, string, StreamsBuilder, type StateStore } from 'millrace';
import { TopologyTestDriver, type InputTopic } from 'millrace/testing';
import { transactionsGenerator } from './generator.js';
import topology, { type TransactionsPerMinute } from './topology.js';

const MINUTE = 60_000;
const START = Date.parse('2024-05-11T10:00:00Z');

let driver: TopologyTestDriver;
let lines: InputTopic<string, string>;

beforeEach(async () => {
  const builder = new StreamsBuilder();
  topology.build(builder);
  driver = await TopologyTestDriver.start(builder.build(), { errorPolicies: topology.config?.errorPolicies });
  lines = driver.createInputTopic('transactions', { key: string(), value: string() });
});
afterEach(() => driver.close());

const transaction = { transaction_id: 't', user_id: 'u', amount: '1.00', timestamp: START };
const send = (more: object = {}): Promise<void> => lines.pipe(null, JSON.stringify({ ...transaction, ...more }));

/** The answer of one of the topology's queries. */
function ask(name: string, user_id = 'u'): unknown {
  const query = topology.queries?.find((one) => one.name === name);
  return query?.answer({ user_id }, { store: <S extends StateStore>(store: string) => driver.store<S>(store) });
}

describe('the stats of a user', () => {
  it('are exact, and the same in whatever order the transactions come', async () => {
    const sent = [
      { amount: '0.10', timestamp: START + 7 },
      { amount: '0.20', timestamp: START + 9 },
      { amount: '1234567890123456.78', timestamp: START },
    ];
    for (const [index, more] of [...sent, ...sent.toReversed()].entries())
      await send({ user_id: index < 3 ? 'u' : 'v', ...more });
    const stats = { count: 3, sum: '1234567890123457.08', mean: '411522630041152.36', min: '0.10' };
    const rest = { max: '1234567890123456.78', last_seen: START + 9 };
    expect(await ask('user_stats')).toEqual({ user_id: 'u', ...stats, ...rest });
    expect(await ask('user_stats', 'v')).toEqual({ user_id: 'v', ...stats, ...rest });
    expect(await ask('user_stats', 'nobody')).toBeUndefined();
  });

  it('count what is late for its minute too', async () => {
    await send({ timestamp: START + 60 * MINUTE });
    await send({ amount: 3 });
    expect(await ask('user_stats')).toMatchObject({ count: 2, sum: '4.00', last_seen: START + 60 * MINUTE });
    expect(await ask('transactions_per_minute')).toMatchObject({ minutes: [{ transactions: 1 }] });
  });
});

describe('the transactions per minute', () => {
  it('are counted by the minute of their timestamp, and sent to the topic', async () => {
    for (const timestamp of [START, START + MINUTE - 1, START + MINUTE]) await send({ timestamp });
    await send({ user_id: 'v' });
    expect(await ask('transactions_per_minute')).toEqual({
      user_id: 'u',
      minutes: [
        { minute: START, transactions: 2 },
        { minute: START + MINUTE, transactions: 1 },
      ],
    });
    expect(latestCounts()).toEqual({ [`u ${START}`]: 2, [`u ${START + MINUTE}`]: 1, [`v ${START}`]: 1 });
  });

  it.each([{ transaction_id: '' }, { user_id: 7 }, { amount: '1,5' }, { amount: -1 }, { timestamp: 'soon' }])(
    'pass over what is malformed: %j',
    async (wrong) => {
      await send(wrong);
      await lines.pipe('u', null);
      await send();
      expect(await ask('user_stats')).toMatchObject({ count: 1 });
    },
  );
});

it('gives for what the generator makes what can be reckoned from it by hand', async () => {
  const run = { seed: 7, count: 500, stepMs: 300, startMs: START, options: { users: 20 } };
  const counts = new Map<string, number>();
  const cents = new Map<string, bigint[]>();
  for (const { key, value } of generate(transactionsGenerator, run)) {
    await lines.pipe(key, JSON.stringify(value));
    const { user_id, amount, timestamp } = value as typeof transaction;
    const minute = `${user_id} ${timestamp - (timestamp % MINUTE)}`;
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
    cents.set(user_id, [...(cents.get(user_id) ?? []), BigInt(amount.replace('.', ''))]);
  }
  expect(latestCounts()).toEqual(Object.fromEntries(counts));
  expect(cents.size).toBe(20);
  for (const [user, amounts] of cents) {
    const sum = amounts.reduce((total, amount) => total + amount);
    const mean = (sum * 2n + BigInt(amounts.length)) / (2n * BigInt(amounts.length)); // rounded half up
    const sorted = amounts.toSorted((a, b) => (a < b ? -1 : 1));
    const expected = { sum: dollars(sum), mean: dollars(mean), min: dollars(sorted[0]), max: dollars(sorted.at(-1)) };
    expect(await ask('user_stats', user)).toMatchObject({ count: amounts.length, ...expected });
  }
});

/** The last count that was sent of each user and minute. */
function latestCounts(): Record<string, number> {
  const topic = { key: string(), value: json<TransactionsPerMinute>() };
  const sent = driver.createOutputTopic('transactions-per-minute', topic).readKeyValues();
  return Object.fromEntries(sent.map(([key, value]) => [`${key} ${value?.window_start}`, value?.transactions ?? 0]));
}

function dollars(cents = 0n): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}
