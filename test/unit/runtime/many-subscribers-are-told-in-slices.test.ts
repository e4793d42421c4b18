import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { orderKeys, ordersAndPings } from '../../support/many-subscribers.js';
import { testApplication } from '../../support/running-application.js';

const ORDERS = 3_000;
const ANSWERS = 'app-fk-subscription-response-topic';

/** The row is written once, to the store of the customers, before the first order is told. */
const ROW_WRITES = 1;

jest.setTimeout(120_000);

describe('a foreign row of many subscribers', () => {
  let cluster: EmbeddedCluster;
  let transport: FaultyTransport;
  let applications: StreamsApplication[];
  let told: number;
  let toldAtPings: number[];
  let onTold: (count: number) => void;
  let onPing: () => void | Promise<void>;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ orders: 1, customers: 1, pings: 1, pongs: 1, out: 1 });
    applications = [];
    told = -ROW_WRITES;
    toldAtPings = [];
    onTold = () => undefined;
    onPing = () => void toldAtPings.push(told);
  });
  afterEach(async () => {
    transport.heal();
    for (const application of applications) await application.close();
    await cluster.close();
  });

  async function start({ commitIntervalMs = 100, cacheMaxBytes = 0 } = {}): Promise<void> {
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})));
    const topology = ordersAndPings(
      () => {
        onTold(++told);
      },
      () => onPing(),
    );
    const application = testApplication({
      topology,
      client,
      commitIntervalMs,
      cacheMaxBytes,
      sessionTimeoutMs: 60_000,
    });
    applications.push(application);
    await application.start();
    await application.waitUntilRunning();
  }

  /** Sizes that a topic was seen to have, up to `size`. Reads now and then, since each read is of the whole topic. */
  async function sizesUntil(topic: string, size: number): Promise<number[]> {
    const seen = [(await cluster.read(topic)).length];
    while ((seen.at(-1) ?? 0) < size) {
      for (let pause = 0; pause < 20; pause++) await cluster.pause();
      seen.push((await cluster.read(topic)).length);
    }
    return seen;
  }

  async function subscribeAll(): Promise<void> {
    await cluster.produce(
      'orders',
      orderKeys(ORDERS).map((key) => [key, 'c1']),
    );
    await sizesUntil('app-fk-subscription-store-changelog', ORDERS);
  }

  it('lets other tasks go on in between', async () => {
    await start();
    await subscribeAll();
    await applications.pop()?.close();
    await start({ commitIntervalMs: 600_000 });
    told = -ROW_WRITES;
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    onTold = (count) => {
      if (count === 1) begin();
    };
    onPing = async () => {
      await begun;
      toldAtPings.push(told);
    };
    await cluster.produce('pings', [
      ['first', 'x'],
      ['second', 'x'],
    ]);
    await cluster.produce('customers', [['c1', 'Ada']]);
    while (told < ORDERS || toldAtPings.length < 2) await cluster.pause();
    for (const count of toldAtPings) expect(count > 0 && count < ORDERS).toBe(true);
  });

  it.each([0, 1_000_000])('is told within one commit, with a record cache of %d bytes', async (cacheMaxBytes) => {
    await start({ cacheMaxBytes });
    await subscribeAll();
    await cluster.produce('customers', [['c1', 'Ada']]);
    const answered = await sizesUntil(ANSWERS, ORDERS);
    expect(answered.filter((count) => count !== 0)).toEqual([ORDERS]);
  });

  it('is told to each of them once by the process that comes after one that died in between', async () => {
    await start();
    await subscribeAll();
    const dying = transport;
    onTold = (count) => {
      if (count === ORDERS / 2) dying.cut();
    };
    await cluster.produce('customers', [['c1', 'Ada']]);
    while (told < ORDERS / 2) await cluster.pause();
    onTold = () => undefined;
    await start();
    await sizesUntil('out', ORDERS);
    const results = await cluster.read('out');
    expect(results.map(({ key }) => key)).toEqual(orderKeys(ORDERS));
  });
});
