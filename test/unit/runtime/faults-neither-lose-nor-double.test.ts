import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport, type Faults } from '../../support/faulty-transport.js';
import { countsByKey, trueCounts } from '../../support/key-counts.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { countTopology } from '../../support/small-topologies.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const ROUNDS = 20;

describe('exactly-once under faults', () => {
  let cluster: EmbeddedCluster;
  let transport: FaultyTransport;
  let application: StreamsApplication;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 3, out: 3 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  /** Counts while faults happen, and gives what a reader of committed records sees in the end. */
  async function run(seed: number, faults: Faults): Promise<Record<string, string>> {
    const clock = scaledClock(20); // so that retries, and giving up on them, fit into a test
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(seed), {})), clock);
    application = testApplication({ topology: countTopology(), client, clock, commitIntervalMs: 100 });
    await application.start();
    await application.waitUntilRunning();
    transport.faults = faults;
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.produce(
        'in',
        KEYS.map((key) => [key, 'x']),
      );
      await systemClock.sleep(5);
    }
    transport.heal();
    await cluster.readUntil('out', (records) => records.length >= ROUNDS * KEYS.length);
    await application.close();
    return countsByKey(await cluster.read('out'));
  }

  it.each([1, 2, 3])('requests and answers of every kind are lost and late (seed %i)', async (seed) => {
    expect(await run(seed, { loseRequest: 0.1, loseAnswer: 0.1, delay: 0.1 })).toEqual(trueCounts(KEYS, ROUNDS));
    expect(transport.counts.loseAnswer).toBeGreaterThan(0);
    expect(application.error).toBeUndefined();
  });

  it.each([1, 2, 3])('offsets and records of a transaction are lost (seed %i)', async (seed) => {
    const only = ['TxnOffsetCommit', 'Produce'] as const;
    expect(await run(seed, { loseRequest: 0.3, loseAnswer: 0.3, only })).toEqual(trueCounts(KEYS, ROUNDS));
    expect(transport.counts.loseAnswer).toBeGreaterThan(0);
    expect(application.error).toBeUndefined();
  });
});
