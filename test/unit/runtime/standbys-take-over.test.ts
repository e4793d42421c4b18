import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { countsByKey, trueCounts } from '../../support/key-counts.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { countTopology } from '../../support/small-topologies.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('an instance with standbys', () => {
  let cluster: EmbeddedCluster;
  const clock = scaledClock(20);
  const applications: StreamsApplication[] = [];

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 4, out: 4 }, clock);
  });
  afterEach(async () => {
    for (const application of applications.splice(0)) await application.close({ timeoutMs: 1_000 });
    await cluster.close();
  });

  function instance(instanceId: string, more: Partial<StreamsApplicationOptions> = {}): StreamsApplication {
    const application = testApplication({
      topology: countTopology(),
      client: cluster.client(),
      clock,
      instanceId,
      sessionTimeoutMs: 200_000, // ten seconds of the machine's: nobody is expelled because the machine is busy
      heartbeatIntervalMs: 200,
      standbys: 1,
      ...more,
    });
    applications.push(application);
    return application;
  }

  async function feed(rounds = 1): Promise<void> {
    const round = KEYS.map((key) => [key, 'x'] as const);
    await cluster.produce('in', Array.from({ length: rounds }, () => round).flat());
  }

  async function outputOf(rounds: number): Promise<Record<string, string>> {
    await cluster.readUntil('out', (records) => records.length >= rounds * KEYS.length);
    return countsByKey(await cluster.read('out'));
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (applications.length === 0) throw new Error('what was waited for did not happen');
      await systemClock.sleep(5);
    }
  }

  /** Starts two that run two tasks each and follow those of the other. */
  async function startTwo(
    options: Partial<StreamsApplicationOptions> = {},
  ): Promise<[StreamsApplication, StreamsApplication]> {
    const pair = [instance('first', options), instance('second', { ...options, client: cluster.client() })] as const;
    for (const each of pair) await each.start();
    await until(() => pair.every((each) => each.tasks().length === 2 && each.standbys().length === 2));
    return [...pair];
  }

  /** All stores that an instance follows are where `other` has committed them. */
  function follows(application: StreamsApplication, other: StreamsApplication): boolean {
    const committed = new Map(other.tasks().map(({ id, stores }) => [id, stores[0]?.restoredOffset ?? 0]));
    return application
      .standbys()
      .every(
        ({ id, stores }) =>
          (committed.get(id) ?? 0) > 0 && (stores[0]?.restoredOffset ?? 0) >= (committed.get(id) ?? 0),
      );
  }

  it('follows the tasks of the other, and takes them over with no more than their tail', async () => {
    const [first, second] = await startTwo();
    await feed(50);
    await outputOf(50);
    await until(() => follows(second, first));
    const followed = new Map(second.standbys().map(({ id, stores }) => [id, stores[0]?.restoredOffset ?? 0]));
    const starts: [string, number][] = [];
    second.onRestore({ onRestoreStart: ({ taskId }, offset) => starts.push([taskId, offset]) });
    await first.close({ leaveGroup: true });
    await feed();
    expect(await outputOf(51)).toEqual(trueCounts(KEYS, 51));
    expect(second.tasks()).toHaveLength(4);
    expect(second.standbys()).toEqual([]);
    for (const [taskId, offset] of starts) expect(offset).toBeGreaterThanOrEqual(followed.get(taskId) ?? Infinity);
  });

  it.each(['leveldb', 'memory'] as const)(
    'takes over from one that was cut off, with stores of kind %s',
    async (storage) => {
      let transport: FaultyTransport | undefined;
      const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})));
      const topology = countTopology({ storage });
      const lost = instance('lost', { client, topology, sessionTimeoutMs: 6_000 });
      const other = instance('other', { topology });
      await lost.start();
      await other.start();
      await until(() => lost.standbys().length === 2 && other.standbys().length === 2);
      await feed(3);
      await outputOf(3);
      transport?.cut();
      await feed();
      expect(await outputOf(4)).toEqual(trueCounts(KEYS, 4));
      transport?.heal();
      await until(() => lost.state === 'RUNNING' && lost.tasks().length === 2 && lost.standbys().length === 2);
      await feed();
      expect(await outputOf(5)).toEqual(trueCounts(KEYS, 5));
    },
  );

  it('warms up what it is to run, while the owner goes on', async () => {
    const options = { standbys: 0, acceptableRecoveryLag: 20, maxWarmups: 1 };
    const first = instance('first', options);
    await first.start();
    await feed(40);
    await outputOf(40);
    const second = instance('second', options);
    const restored: number[] = [];
    second.onRestore({ onRestoreStart: (_, from, to) => restored.push(to - from) });
    await second.start();
    await until(() => first.tasks().length === 2 && second.tasks().length === 2 && second.state === 'RUNNING');
    await feed();
    expect(await outputOf(41)).toEqual(trueCounts(KEYS, 41));
    for (const records of restored) expect(records).toBeLessThanOrEqual(20 + KEYS.length);
    expect(second.standbys()).toEqual([]);
  });

  it('keeps its tasks running while others come and go', async () => {
    const first = instance('first');
    await first.start();
    await first.waitUntilRunning();
    const states: string[] = [];
    first.onStateChange((state) => states.push(state));
    for (let round = 1; round <= 2; round++) {
      const other = instance(`other-${round}`);
      await other.start();
      await feed();
      await until(() => other.tasks().length === 2 && other.standbys().length === 2);
      await feed();
      await other.close({ leaveGroup: true });
      await until(() => first.tasks().length === 4 && first.state === 'RUNNING');
    }
    expect(await outputOf(4)).toEqual(trueCounts(KEYS, 4));
    expect(states).not.toContain('ERROR');
  });
});
