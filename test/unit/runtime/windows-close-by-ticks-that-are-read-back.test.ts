import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { CloseOn } from '../../../src/processor/window/close-on.js';
import { countWindows } from '../../../src/processor/window/count-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import type { Transport } from '../../../src/broker/client/transport.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { string } from '../../../src/serde/primitives.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';

const texts = { key: string(), value: string() };
const TICKS = 'app-counts-ticks';

/** Counts of a second, as `start:count`, to `out`; late records to `late`. */
function closing(closeOn: CloseOn, { repartition = false } = {}): BuiltTopology {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', texts);
  const group = repartition ? stream.groupBy((_, key) => key, texts) : stream.groupByKey();
  group
    .windowedBy(tumbling('1s'))
    .late((late) => {
      late.to('late');
    })
    .emitStrategy('onWindowClose', { closeOn })
    .count({ store: 'counts' })
    .toStream()
    .map((window, count) => [window.key, `${window.start}:${count}`])
    .to('out', texts);
  return builder.build();
}

describe('on a broker', () => {
  let cluster: EmbeddedCluster;
  let application: StreamsApplication;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 2, out: 2, late: 1 });
  });
  afterEach(async () => {
    await application.close();
    await cluster.close();
  });

  async function start(topology: BuiltTopology, more: Partial<Parameters<typeof testApplication>[0]> = {}) {
    application = testApplication({ topology, client: cluster.client(), ...more });
    await application.start();
    await application.waitUntilRunning();
  }

  async function append(topic: string, partition: number, text: string): Promise<void> {
    const writer = cluster.client().writer({});
    await writer.init();
    writer.send(topic, partition, null, Buffer.from(text), 1_000, NO_HEADERS);
    await writer.flush();
    await writer.close();
  }

  const outputs = async (): Promise<string[]> => (await cluster.read('out')).map(({ key, value }) => `${key} ${value}`);

  it.each([
    ['exactly_once', false],
    ['at_least_once', true],
  ] as const)('windows close under %s (repartitioned: %s), and what comes then is late', async (guarantee, again) => {
    await start(closing({ idle: 200 }, { repartition: again }), { processingGuarantee: guarantee });
    await cluster.produce('in', [['a', 'x'], ['b', 'x'], ['a', 'y']]); // prettier-ignore
    await cluster.readUntil('out', (records) => records.length === 2);
    expect((await outputs()).sort()).toEqual(['a 1000:2', 'b 1000:1']);
    await cluster.produce('in', [['a', 'too late']]);
    await cluster.readUntil('late', (records) => records.length === 1);
  });

  it('a topic of ticks has a partition per task and is not purged', async () => {
    await start(closing({ wallClock: 0 }));
    await cluster.produce('in', [['a', 'x'], ['b', 'x']]); // prettier-ignore
    await cluster.readUntil('out', (records) => records.length === 2);
    const topics = await cluster.client().admin.describeTopics([TICKS]);
    expect(topics.get(TICKS)?.partitions).toBe(2);
    expect((await cluster.read(TICKS)).length).toBeGreaterThanOrEqual(1);
  });

  it('a tick that was written before a crash closes after the restart, before what came meanwhile', async () => {
    const neverByItself = closing({ idle: '1d' });
    await start(neverByItself);
    await cluster.produce('in', [['a', 'x'], ['a', 'y']]); // prettier-ignore
    const input = await cluster.read('in');
    const { partition } = input[0] ?? {};
    await systemClock.sleep(100);
    await application.close();
    // what a crash leaves: the tick is committed, and nobody has read it; more has come
    const positions = { [`in-${partition}`]: input.length };
    await append(TICKS, partition ?? 0, JSON.stringify({ streamTimeMs: 5_000, partition, positions }));
    await cluster.produce('in', [['a', 'late']]);
    await start(neverByItself);
    await cluster.readUntil('late', (records) => records.length === 1);
    expect(await outputs()).toEqual(['a 1000:2']);
  });

  it.each([1, 2, 3])('every record is in one window or late, whatever is lost on the way (seed %i)', async (seed) => {
    let transport: FaultyTransport | undefined;
    const clock = scaledClock(20);
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(seed), {})), clock);
    await start(closing({ idle: 50 }), { client, clock });
    if (transport) transport.faults = { loseRequest: 0.1, loseAnswer: 0.1, delay: 0.1 };
    let sent = 0;
    for (const pauseMs of [5, 5, 1_200, 5, 1_200, 5]) {
      await cluster.produce('in', ['a', 'b', 'c', 'd'].map((key) => [key, 'x'])); // prettier-ignore
      sent += 4;
      await systemClock.sleep(pauseMs);
    }
    transport?.heal();
    const seen = async (): Promise<number> => {
      const counts = (await cluster.read('out')).map(({ value }) => Number(value?.split(':')[1]));
      return counts.reduce((sum, count) => sum + count, (await cluster.read('late')).length);
    };
    while ((await seen()) < sent) await cluster.pause();
    expect(await seen()).toBe(sent);
    const windows = (await cluster.read('out')).map(({ key, value }) => `${key} ${value?.split(':')[0]}`);
    expect(new Set(windows).size).toBe(windows.length);
  });

  it('count windows go on after a restart and after aborts where they were', async () => {
    const builder = new StreamsBuilder();
    const windowed = builder.stream('in', texts).groupByKey().windowedBy(countWindows(5)).emitStrategy('onWindowClose');
    windowed.reduce((all, one) => all + one, { store: 'fives' }).toStream().selectKey((_, window) => `${window.key}${window.index}`).to('out', texts); // prettier-ignore
    const topology = builder.build();
    for (const text of ['123', '456', '789', 'abcde', 'f']) {
      let transport: FaultyTransport | undefined;
      const through = (inner: Transport) => (transport = new FaultyTransport(inner, seededRandom(1), {}));
      await start(topology, { client: cluster.client(through, scaledClock(20)), clock: scaledClock(20) });
      if (transport) transport.faults = { loseAnswer: 0.2, only: ['EndTxn', 'Produce'] };
      await cluster.produce('in', Array.from(text, (value) => ['k', value] as const)); // prettier-ignore
      transport?.heal();
      await systemClock.sleep(50);
      await application.close();
    }
    await start(topology);
    await cluster.readUntil('out', (records) => records.length === 3);
    expect(await outputs()).toEqual(['k0 12345', 'k1 6789a', 'k2 bcdef']);
  });
});
