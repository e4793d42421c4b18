import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Record } from '../../../src/topology/processor.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { Forward, pipeTopology } from '../../support/small-topologies.js';

jest.setTimeout(120_000);

const TIMEOUT_MS = 1_000;

/** Forwards a record, and takes far longer than a transaction may for the first so many. */
class SlowAtFirst extends Forward {
  constructor(private readonly slow: { left: number }) {
    super();
  }

  override async process(record: Record<string, string>): Promise<void> {
    await super.process(record);
    if (this.slow.left-- > 0) await systemClock.sleep(3 * TIMEOUT_MS);
  }
}

describe('a record that takes longer than a transaction may', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  const streams = (times: number): ReturnType<typeof testApplication> => {
    const slow = { left: times };
    const topology = pipeTopology(() => new SlowAtFirst(slow));
    return testApplication({ topology, client: cluster.client(), transactionTimeoutMs: TIMEOUT_MS });
  };

  it('is read again, and seen once', async () => {
    const application = streams(1);
    await application.start();
    await cluster.produce('in', [['a', 'x']]);
    await cluster.readUntil('out', (records) => records.length > 0);
    await application.close();
    expect(await cluster.read('out')).toMatchObject([{ key: 'a', value: 'x' }]);
  });

  it('ends the application when it never fits, with an error that names the setting', async () => {
    const application = streams(Number.MAX_SAFE_INTEGER);
    await application.start();
    const failed = new Promise<void>((resolve) => {
      application.onStateChange((state) => {
        if (state === 'ERROR') resolve();
      });
    });
    await cluster.produce('in', [['a', 'x']]);
    await failed;
    expect(application.error).toMatchObject({ code: 'TRANSACTION_TIMED_OUT' });
    expect(application.error).toHaveProperty('hint', expect.stringContaining('TRANSACTION_TIMEOUT_MS'));
    await application.close();
    expect(await cluster.read('out')).toEqual([]);
  });
});
