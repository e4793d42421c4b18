import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster, type ReadRecord } from '../../support/embedded-cluster.js';
import { FaultyTransport, type Faults } from '../../support/faulty-transport.js';
import { testApplication } from '../../support/running-application.js';
import { countTopology } from '../../support/small-topologies.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const RECORDS = 140;

/** Each key's counts, in order, without a gap or a repeat: what a reader of committed records must see. */
function countsByKey(records: readonly ReadRecord[]): Record<string, string> {
  return Object.fromEntries(
    KEYS.map((key) => [key, records.flatMap((record) => (record.key === key ? [record.value] : [])).join(' ')]),
  );
}

const TRUTH = Object.fromEntries(
  KEYS.map((key) => [key, Array.from({ length: RECORDS / KEYS.length }, (_, index) => index + 1).join(' ')]),
);

describe('exactly-once under faults', () => {
  let cluster: EmbeddedCluster;
  let transport: FaultyTransport;
  let application: StreamsApplication;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 3, out: 3 });
  });
  afterEach(async () => {
    transport.heal();
    await application.close();
    await cluster.close();
  });

  async function run(seed: number, faults: Faults): Promise<Record<string, string>> {
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(seed), {})));
    application = testApplication({ topology: countTopology(), client, commitIntervalMs: 5 });
    await application.start();
    await application.waitUntilRunning();
    transport.faults = faults;
    for (let sent = 0; sent < RECORDS; sent += KEYS.length) {
      await cluster.produce(
        'in',
        KEYS.map((key) => [key, 'x']),
      );
      await systemClock.sleep(5);
    }
    transport.heal();
    return countsByKey(await cluster.readUntil('out', (records) => records.length >= RECORDS));
  }

  it.each([1, 2, 3, 4, 5])('answers to the end of transactions are lost (seed %i)', async (seed) => {
    expect(await run(seed, { loseAnswer: 0.4, only: ['EndTxn'] })).toEqual(TRUTH);
    expect(application.error).toBeUndefined();
  });

  it.each([1, 2, 3, 4, 5])('requests and answers of every kind are lost and late (seed %i)', async (seed) => {
    expect(await run(seed, { loseRequest: 0.02, loseAnswer: 0.02, delay: 0.1 })).toEqual(TRUTH);
    expect(application.error).toBeUndefined();
  });

  it.each([1, 2, 3])('offsets and records of a transaction are lost (seed %i)', async (seed) => {
    const only = ['TxnOffsetCommit', 'Produce', 'AddPartitionsToTxn'] as const;
    expect(await run(seed, { loseRequest: 0.1, loseAnswer: 0.1, only })).toEqual(TRUTH);
    expect(application.error).toBeUndefined();
  });
});
