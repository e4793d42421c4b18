import { afterEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { tumbling } from '../../../../src/processor/window/windows.js';
import { json, long, string, timeWindowed } from '../../../../src/serde/index.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { FollowedApplication } from '../../../support/followed-application.js';

const text = { key: string(), value: string() };
let followed: FollowedApplication;

async function follow(
  topology: BuiltTopology,
  topics: Readonly<Record<string, number>>,
  options: Parameters<typeof FollowedApplication.start>[3] = {},
): Promise<void> {
  followed = await FollowedApplication.start(topology, topics, 'a', options);
}
afterEach(() => followed.close());

describe('the steps of a record', () => {
  it('are told through a stateless chain, and where it is dropped', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .filter((value) => value !== 'quiet')
      .mapValues((value) => {
        if (value === 'bad') throw new RangeError('bad value');
        return value.toUpperCase();
      })
      .to('out', text);
    await follow(builder.build(), { in: 1, out: 1 }, { errorPolicies: { processing: 'skip' } });
    await followed.cluster.produce('in', [['b', 'other'], ['a', 'quiet'], ['a', 'bad'], ['a', 'fine']]); // prettier-ignore
    expect(await followed.until(/send/)).toEqual([
      '0_0 KSTREAM-SOURCE: read in "a"="quiet"',
      '0_0 KSTREAM-FILTER: process "a"="quiet"',
      '0_0 KSTREAM-SOURCE: read in "a"="bad"',
      '0_0 KSTREAM-FILTER: process "a"="bad"',
      '0_0 KSTREAM-MAPVALUES: process "a"="bad"',
      '0_0 KSTREAM-MAPVALUES: drop processing',
      '0_0 KSTREAM-SOURCE: read in "a"="fine"',
      '0_0 KSTREAM-FILTER: process "a"="fine"',
      '0_0 KSTREAM-MAPVALUES: process "a"="fine"',
      '0_0 KSTREAM-SINK: send out "a"="FINE"',
    ]);
    expect([...followed.traces]).toEqual(['in-0@1', 'in-0@2', 'in-0@3']);
  });

  it.each([
    ['at once', 0, []],
    ['when it leaves the record cache', 1_000_000, ['1_0 KSTREAM-AGGREGATE: flush totals "x"@0=1']],
  ])(
    'are told through a repartition topic into a windowed aggregate, forwarded %s',
    async (_, cacheMaxBytes, flush) => {
      const builder = new StreamsBuilder();
      builder
        .stream('in', text)
        .groupBy((value) => value, text)
        .windowedBy(tumbling('1m'))
        .count({ store: 'totals' })
        .toStream()
        .to('out', { key: timeWindowed(string(), 60_000), value: long() });
      await follow(builder.build(), { in: 1, out: 1 }, { cacheMaxBytes });
      await followed.cluster.produce('in', [['a', 'x', 5]]);
      const window = '{"key":"x","start":0,"end":60000}';
      expect(await followed.until(/1_0 .*: send out/)).toEqual([
        '0_0 KSTREAM-SOURCE: read in "a"="x"',
        '0_0 KSTREAM-KEY-SELECT: process "a"="x"',
        '0_0 totals-repartition-filter: process "x"="x"',
        '0_0 totals-repartition-sink: send app-totals-repartition "x"="x"',
        '1_0 totals-repartition-source: read app-totals-repartition "x"="x"',
        '1_0 KSTREAM-AGGREGATE: process "x"="x"',
        '1_0 KSTREAM-AGGREGATE: fetch totals "x"@0=undefined',
        '1_0 KSTREAM-AGGREGATE: put totals "x"@0=1',
        ...flush,
        `1_0 KTABLE-TOSTREAM: process ${window}={"newValue":1,"oldValue":null,"isLatest":true}`,
        `1_0 KSTREAM-SINK: send out ${window}=1`,
      ]);
      expect([...followed.traces]).toEqual(['in-0@0']);
    },
  );

  it('are told of the table that it is joined with', async () => {
    const builder = new StreamsBuilder();
    const users = builder.table('users', { ...text, store: 'users' });
    builder.stream('in', text).join(users, (value, user) => `${value} of ${user}`, text).to('out', text); // prettier-ignore
    await follow(builder.build(), { in: 1, out: 1, users: 1 });
    await followed.cluster.produce('users', [['a', 'Ada', 1]]);
    await followed.until(/flush users/);
    followed.lines.length = 0;
    await followed.cluster.produce('in', [['a', 'x', 2]]);
    expect(await followed.until(/send/)).toEqual([
      '0_0 KSTREAM-SOURCE: read in "a"="x"',
      '0_0 KSTREAM-JOIN: process "a"="x"',
      '0_0 KSTREAM-JOIN: get users "a"="Ada"',
      '0_0 KSTREAM-SINK: send out "a"="x of Ada"',
    ]);
  });

  it('are told over both topics of a foreign-key join', async () => {
    const builder = new StreamsBuilder();
    const orders = builder.table('orders', { key: string(), value: json<{ user: string }>() });
    const users = builder.table('users', text);
    orders
      .join(
        users,
        ({ user }) => user,
        ({ user }, name) => `${user} is ${name}`,
      )
      .toStream()
      .to('out', text);
    await follow(builder.build(), { orders: 1, users: 1, out: 1 }, { cacheMaxBytes: 0 });
    await followed.cluster.produce('users', [['u', 'Ada', 1]]);
    await followed.cluster.produce('orders', [['a', '{"user":"u"}', 2]]);
    const subscription =
      '{"hash":"KjiapvKhp1tMJGwkQ5WmwQ==","instruction":"subscribeAndAnswerIfFound","primaryKey":"a","primaryPartition":0}';
    const [registration, response] = ['REGISTRATION-0000000006', 'RESPONSE-0000000014'].map(
      (end) => `app-KTABLE-FK-JOIN-SUBSCRIPTION-${end}-topic`,
    );
    const answer = '{"hash":"KjiapvKhp1tMJGwkQ5WmwQ==","foreignValue":"Ada"';
    expect(await followed.until(/send out/)).toEqual([
      '0_0 KSTREAM-SOURCE: read orders "a"={"user":"u"}',
      '0_0 KTABLE-SOURCE: process "a"={"user":"u"}',
      '0_0 KTABLE-SOURCE: get orders-STATE-STORE-0000000000 "a"=undefined',
      '0_0 KTABLE-SOURCE: put orders-STATE-STORE-0000000000 "a"={"user":"u"}',
      '0_0 KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION: process "a"={"newValue":{"user":"u"},"oldValue":null,"isLatest":true}',
      `0_0 KTABLE-SINK: send ${registration} "u"=${subscription}`,
      `1_0 KTABLE-SOURCE: read ${registration} "u"=${subscription}`,
      `1_0 KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR: process "u"=${subscription}`,
      `1_0 KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR: put KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE-0000000010 "AAAAAXVh"=${subscription}`,
      `1_0 KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR: process "u"=${subscription}`,
      '1_0 KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR: get users-STATE-STORE-0000000003 "u"="Ada"',
      `1_0 KTABLE-SINK: send ${response} "a"=${answer},"primaryPartition":0}`,
      `0_0 KTABLE-SOURCE: read ${response} "a"=${answer}}`,
      `0_0 KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR: process "a"=${answer}}`,
      '0_0 KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR: get orders-STATE-STORE-0000000000 "a"={"user":"u"}',
      '0_0 KTABLE-FK-JOIN-OUTPUT: process "a"="u is Ada"',
      '0_0 KTABLE-TOSTREAM: process "a"={"newValue":"u is Ada","oldValue":null,"isLatest":true}',
      '0_0 KSTREAM-SINK: send out "a"="u is Ada"',
    ]);
    expect([...followed.traces]).toEqual(['orders-0@0']);
  });
});
