import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bytes, string, StreamsBuilder, type StateStore } from 'millrace';
import { TopologyTestDriver, type InputTopic } from 'millrace/testing';
import { example } from './example.js';
import topology from './topology.js';

let driver: TopologyTestDriver;
let lines: InputTopic<string, string>;
let sent = 0;

beforeEach(async () => {
  const builder = new StreamsBuilder();
  topology.build(builder);
  driver = await TopologyTestDriver.start(builder.build(), { errorPolicies: topology.config?.errorPolicies });
  lines = driver.createInputTopic('transactions_topic', { key: string(), value: string() });
});
afterEach(() => driver.close());

const DAY = 86_400_000;
const START = Date.parse('2024-05-11');

/** Sends a transaction of wallet w and product p, of its own id unless it is told. */
const send = (type: string, amount: unknown, more: object = {}): Promise<void> =>
  lines.pipe(null, JSON.stringify({ ...sample(type, amount), ...more }));
const sample = (type: string, amount: unknown): object => ({
  transaction_id: `t${(sent += 1)}`,
  ...{ wallet_id: 'w', product_id: 'p', type, amount, currency: 'USD', timestamp: START },
});

/** The answer of one of the topology's queries. */
function ask(name: string, id: string): unknown {
  const query = topology.queries?.find((one) => one.name === name);
  const [, parameter = ''] = /\{(\w+)\}/.exec(query?.path ?? '') ?? [];
  return query?.answer({ [parameter]: id }, { store: <S extends StateStore>(store: string) => driver.store<S>(store) });
}
const top = (product = 'p'): unknown => {
  const { credits } = ask('top_credits', product) as { credits: { amount: string }[] };
  return credits.map(({ amount }) => amount);
};

it('gives the balances, averages and top credits of the worked example', async () => {
  for (const transaction of example) await lines.pipe(null, JSON.stringify(transaction));
  expect(ask('balance', 'b')).toEqual({ wallet_id: 'b', balance: '75.00' });
  expect(ask('balance', 'b2')).toEqual({ wallet_id: 'b2', balance: '15.00' });
  expect(ask('average_daily_debit', 'b')).toEqual({ wallet_id: 'b', average_daily_debit: '5.00', days: 1 });
  expect(ask('average_daily_debit', 'b2')).toMatchObject({ average_daily_debit: '20.00' });
  expect(top('product1')).toEqual(['35.00', '25.00', '15.00', '5.00']);
  expect(top('product2')).toEqual(['35.00']);
});

describe('a transaction', () => {
  it('counts once, however often it comes, and a cancellation of its id counts too', async () => {
    for (const type of ['credit', 'credit', 'credit', 'cancelCredit'])
      await send(type, '5', { transaction_id: 'same' });
    expect(ask('balance', 'w')).toEqual({ wallet_id: 'w', balance: '0.00' });
    expect(top()).toEqual([]);
  });

  it('counts once also when it is dated long before the others', async () => {
    await send('credit', '1');
    const old = { transaction_id: 'old', timestamp: START - 90 * DAY };
    for (const amount of ['5', '5']) await send('credit', amount, old);
    expect(ask('balance', 'w')).toMatchObject({ balance: '6.00' });
  });

  it('counts again a day after it was sent', async () => {
    for (const timestamp of [0, DAY - 1, DAY]) {
      await lines.pipe(null, JSON.stringify({ ...sample('credit', '5'), transaction_id: 'same' }), { timestamp });
    }
    expect(ask('balance', 'w')).toMatchObject({ balance: '10.00' });
  });

  it('counts also when it was sent too long ago to be remembered', async () => {
    await lines.pipe(null, JSON.stringify(sample('credit', '5')), { timestamp: 9 * DAY });
    await lines.pipe(null, JSON.stringify(sample('credit', '5')), { timestamp: 0 });
    expect(ask('balance', 'w')).toMatchObject({ balance: '10.00' });
  });

  it('without a value is passed over', async () => {
    await lines.pipe('k', null);
    await send('credit', '5');
    expect(ask('balance', 'w')).toMatchObject({ balance: '5.00' });
  });

  it('keeps every digit of its amount, as text and as a number', async () => {
    await send('credit', '900719925474099301.000000001');
    await lines.pipe(null, JSON.stringify(sample('credit', 'N')).replace('"N"', '1234567890.123456789'));
    expect(ask('balance', 'w')).toMatchObject({ balance: '900719926708667191.12345679' });
  });

  it.each([START / 1_000, START, '2024-05-11', '2024-05-11T00:00:00Z'])('may have the time %s', async (timestamp) => {
    await send('credit', 1, { timestamp });
    expect(ask('top_credits', 'p')).toMatchObject({ credits: [{ timestamp: START }] });
  });

  it.each([
    ['no JSON', 'JSON'],
    ['[]', 'transaction_id is missing'],
    ['7', 'a transaction is an object'],
    ...Object.entries({
      wallet_id: 7,
      product_id: 'a\0b',
      currency: '',
      type: 'loan',
      timestamp: 'soon',
      amount: '1,5',
    }).map(([name, value]) => [JSON.stringify({ ...sample('credit', '1'), [name]: value }), name] as const),
    ...['-1', 1e30, '0.0000000001', null, undefined].map(
      (amount) => [JSON.stringify(sample('credit', amount)), 'amount'] as const,
    ),
  ])('that is malformed goes to the dead-letter topic as it is, with the reason: %s', async (line, reason) => {
    await lines.pipe('k', line);
    await send('credit', 3);
    expect(ask('balance', 'w')).toMatchObject({ balance: '3.00' });
    const [dead] = driver.createOutputTopic('transactions-dlq', { key: bytes(), value: string() }).readAll();
    expect([dead?.key?.toString(), dead?.value]).toEqual(['k', line]);
    const headers = new Map(dead?.headers);
    expect(headers.get('__streams.errors.message')?.toString()).toContain(reason);
  });
});

describe('the average daily debit', () => {
  it('is the mean over the days that have a net debit', async () => {
    await send('debit', '10.00');
    await send('debit', '5.00', { timestamp: START + DAY });
    await send('debit', '0.01', { timestamp: START + DAY });
    await send('credit', '99.00', { timestamp: START + 2 * DAY });
    expect(ask('average_daily_debit', 'w')).toMatchObject({ average_daily_debit: '7.51', days: 2 });
  });

  it('forgets a day whose debits were all cancelled', async () => {
    await send('debit', '10.00');
    await send('debit', '4.00', { timestamp: START + DAY });
    await send('cancelDebit', '4.00', { timestamp: START + DAY });
    expect(ask('average_daily_debit', 'w')).toMatchObject({ average_daily_debit: '10.00', days: 1 });
    await send('cancelDebit', '10.00');
    expect(ask('average_daily_debit', 'w')).toBeUndefined();
  });
});

describe('the top credits', () => {
  beforeEach(async () => {
    for (const amount of [1, 2, 10, 30, 20, 5, 20]) await send('credit', amount, { transaction_id: `c${(sent += 1)}` });
  });

  it('are the five largest of a product', () => {
    expect(top()).toEqual(['30.00', '20.00', '20.00', '10.00', '5.00']);
    expect(ask('top_credits', 'other')).toBeUndefined();
  });

  it('let the next one move up when one of them is cancelled', async () => {
    await send('cancelCredit', '20.0');
    expect(top()).toEqual(['30.00', '20.00', '10.00', '5.00', '2.00']);
    await send('cancelCredit', '1');
    await send('cancelCredit', '30');
    expect(top()).toEqual(['20.00', '10.00', '5.00', '2.00']);
  });

  it.each([{ wallet_id: 'w2' }, { amount: '20.01' }, { cancels: 'another' }])(
    'stay when no credit is the one cancelled: %j',
    async (other) => {
      await send('cancelCredit', '20', other);
      expect(top()).toHaveLength(5);
      expect(top()).toEqual(['30.00', '20.00', '20.00', '10.00', '5.00']);
    },
  );

  it('lose the latest credit of that amount, or the one that is named', async () => {
    await send('credit', 40, { transaction_id: 'early' });
    await send('credit', 40, { transaction_id: 'late', timestamp: START + 1 });
    await send('credit', 40, { transaction_id: 'latest', timestamp: START + 2 });
    await send('cancelCredit', 40);
    await send('cancelCredit', 40, { cancels: 'early' });
    const { credits } = ask('top_credits', 'p') as { credits: { transaction_id: string; amount: string }[] };
    expect([credits[0]?.transaction_id, credits[1]?.amount]).toEqual(['late', '30.00']);
  });
});
