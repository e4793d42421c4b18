import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { Forward, pipeTopology } from '../../support/small-topologies.js';

const RECORDS = 100;

describe('at-least-once under faults', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 3, out: 3 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  it.each([1, 2, 3, 4])('brings every record to the output, some more than once (seed %i)', async (seed) => {
    const clock = scaledClock(20);
    let transport: FaultyTransport | undefined;
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(seed), {})), clock);
    const topology = pipeTopology(() => new Forward());
    const application = testApplication({ topology, client, clock, processingGuarantee: 'at_least_once' });
    await application.start();
    await application.waitUntilRunning();
    for (let sent = 0; sent < RECORDS; sent += 5) {
      if (transport) transport.faults = { loseRequest: 0.2, loseAnswer: 0.2, delay: 0.1 };
      await cluster.produce(
        'in',
        [0, 1, 2, 3, 4].map((more) => [`key ${sent + more}`, String(sent + more)]),
      );
      await systemClock.sleep(5);
    }
    transport?.heal();
    const seen = await cluster.readUntil('out', (out) => new Set(out.map(({ key }) => key)).size === RECORDS);
    expect(new Set(seen.map(({ value }) => value)).size).toBe(RECORDS);
    await application.close();
    expect(application.error).toBeUndefined();
  });
});
