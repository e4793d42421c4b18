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

describe('instances of one application', () => {
  let cluster: EmbeddedCluster;
  const clock = scaledClock(5); // the shortest session takes 6 s
  const applications: StreamsApplication[] = [];

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 4, out: 4 }, clock);
  });
  afterEach(async () => {
    for (const application of applications.splice(0)) await application.close({ timeoutMs: 1_000 });
    await cluster.close();
  });

  function instance(
    instanceId: string,
    client = cluster.client(),
    more: Partial<StreamsApplicationOptions> = {},
  ): StreamsApplication {
    const application = testApplication({
      topology: countTopology(),
      client,
      clock,
      instanceId,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 200,
      ...more,
    });
    applications.push(application);
    return application;
  }

  async function feed(): Promise<void> {
    await cluster.produce(
      'in',
      KEYS.map((key) => [key, 'x']),
    );
  }

  async function outputOf(rounds: number): Promise<Record<string, string>> {
    await cluster.readUntil('out', (records) => records.length >= rounds * KEYS.length);
    return countsByKey(await cluster.read('out'));
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await systemClock.sleep(5);
  }

  it('divide the tasks evenly, and hand them over with their state', async () => {
    const first = instance('first');
    await first.start();
    await first.waitUntilRunning();
    await feed();
    const second = instance('second');
    await second.start();
    await feed();
    await until(() => first.tasks().length === 2 && second.tasks().length === 2 && second.state === 'RUNNING');
    await feed();
    expect(await outputOf(3)).toEqual(trueCounts(KEYS, 3));
    await first.close({ leaveGroup: true });
    await feed();
    expect(await outputOf(4)).toEqual(trueCounts(KEYS, 4));
    expect(second.tasks()).toHaveLength(4);
  });

  it('process every record once through many joins', async () => {
    const first = instance('first');
    await first.start();
    await first.waitUntilRunning();
    for (let round = 1; round <= 3; round++) {
      const other = instance(`other-${round}`);
      await other.start();
      await feed();
      await other.waitUntilRunning();
      await feed();
      await other.close({ leaveGroup: true });
    }
    expect(await outputOf(6)).toEqual(trueCounts(KEYS, 6));
  });

  it('take over from one that was cut off, and fence it when it comes back', async () => {
    let transport: FaultyTransport | undefined;
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})));
    const lost = instance('lost', client);
    await lost.start();
    await lost.waitUntilRunning();
    await feed();
    await outputOf(1);
    const other = instance('other');
    await other.start();
    await other.waitUntilRunning();
    await feed();
    transport?.cut();
    await feed();
    expect(await outputOf(3)).toEqual(trueCounts(KEYS, 3));
    transport?.heal();
    await until(() => lost.state === 'RUNNING' && lost.tasks().length === 2);
    await feed();
    expect(await outputOf(4)).toEqual(trueCounts(KEYS, 4));
  });

  it('end the transaction that one of them left open when it was cut off', async () => {
    let transport: FaultyTransport | undefined;
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})));
    const never = { commitIntervalMs: 1_000_000, transactionTimeoutMs: 600_000 };
    const lost = instance('lost', client, never);
    await lost.start();
    await lost.waitUntilRunning();
    const other = instance('other');
    await other.start();
    await until(() => lost.tasks().length === 2 && other.tasks().length === 2 && other.state === 'RUNNING');
    await feed();
    await cluster.readUntil('out', (records) => records.length === KEYS.length, 'read_uncommitted');
    transport?.cut();
    expect(await outputOf(1)).toEqual(trueCounts(KEYS, 1));
  });

  it('end when another takes their instance id', async () => {
    const zombie = instance('same');
    await zombie.start();
    await zombie.waitUntilRunning();
    await feed();
    const successor = instance('same');
    await successor.start();
    await successor.waitUntilRunning();
    await feed();
    expect(await outputOf(2)).toEqual(trueCounts(KEYS, 2));
    await until(() => zombie.state === 'ERROR');
    expect(zombie.error).toMatchObject({ kind: 'fenced' });
  });
});
