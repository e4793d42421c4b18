import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type Logger } from '../../../src/observability/log.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport, type Faults } from '../../support/faulty-transport.js';
import { countsByKey, trueCounts } from '../../support/key-counts.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { countTopology } from '../../support/small-topologies.js';

describe('the end of a transaction that nobody answers', () => {
  let cluster: EmbeddedCluster;
  let transport: FaultyTransport;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 2, out: 2 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  /** Loses every request or answer to EndTxn until the writer has given up; gives the committed output in the end. */
  async function run(faults: Faults, logging = true): Promise<Record<string, string>> {
    const clock = scaledClock(100); // the writer asks again for 30 s
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})), clock);
    const log: Logger = {
      ...silentLogger,
      child: () => log,
      warn: (_fields, message) => {
        if (message?.startsWith('the end of a transaction')) transport.heal();
      },
    };
    const application = testApplication({
      topology: countTopology({ logging }),
      client,
      clock,
      log,
      heartbeatIntervalMs: 1_000,
    });
    await application.start();
    await application.waitUntilRunning();
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'x'],
    ]);
    await cluster.readUntil('out', (records) => records.length === 2);
    transport.faults = { ...faults, only: ['EndTxn'] };
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'x'],
    ]);
    await cluster.readUntil('out', (records) => records.length === 4);
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'x'],
    ]);
    await cluster.readUntil('out', (records) => records.length === 6);
    await application.close();
    expect(application.error).toBeUndefined();
    return countsByKey(await cluster.read('out'));
  }

  it('counts if it was committed', async () => {
    expect(await run({ loseAnswer: 1 })).toEqual(trueCounts(['a', 'b'], 3));
    expect(transport.counts.loseAnswer).toBeGreaterThan(0);
  });

  it('is done again if it was not', async () => {
    expect(await run({ loseRequest: 1 })).toEqual(trueCounts(['a', 'b'], 3));
    expect(transport.counts.loseRequest).toBeGreaterThan(0);
  });

  it.each([{ loseAnswer: 1 }, { loseRequest: 1 }])('holds for stores without a changelog: %j', async (faults) => {
    expect(await run(faults, false)).toEqual(trueCounts(['a', 'b'], 3));
  });
});
