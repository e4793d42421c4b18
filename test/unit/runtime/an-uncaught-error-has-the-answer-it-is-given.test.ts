import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import type { ApplicationState } from '../../../src/runtime/application-state.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { Forward, pipeTopology } from '../../support/small-topologies.js';

let cluster: EmbeddedCluster;
const apps: StreamsApplication[] = [];
/** How often the processor fails yet. */
let failures = 0;

class Fragile extends Forward {
  override process(record: Parameters<Forward['process']>[0]): void {
    if (record.value === 'bad' && failures-- > 0) throw new RangeError('not yet');
    this.context?.forward(record);
  }
}

async function started(instanceId: string, onUncaughtError: StreamsApplicationOptions['onUncaughtError']) {
  const topology = pipeTopology(() => new Fragile());
  const app = testApplication({ instanceId, topology, client: cluster.client(), onUncaughtError });
  apps.push(app);
  await app.start();
  return app;
}

async function reached(app: StreamsApplication, state: ApplicationState): Promise<void> {
  while (app.state !== state) await cluster.pause();
}

beforeEach(async () => {
  failures = 0;
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await cluster.close();
});

describe('an uncaught error', () => {
  it('has the instance replaced, which goes on from the last commit', async () => {
    failures = 2;
    const app = await started('a', 'replace');
    await cluster.produce('in', [['k', 'a'], ['k', 'bad'], ['k', 'b']]); // prettier-ignore
    const out = await cluster.readUntil('out', (records) => records.length >= 3);
    expect(out.map(({ value }) => value)).toEqual(['a', 'bad', 'b']);
    await reached(app, 'RUNNING');
    expect([app.error, failures]).toEqual([undefined, -1]);
  });

  it('ends this instance only, whose tasks another takes on', async () => {
    const [a, b] = [await started('a', undefined), await started('b', 'shutdownClient')];
    while (a.tasks().length !== 1 || b.tasks().length !== 1) await cluster.pause();
    failures = 1;
    await cluster.produce('in', [['k', 'bad']]);
    await cluster.readUntil('out', (records) => records.length === 1);
    expect([a.state, b.state].sort()).toContain('ERROR');
    expect([a.state, b.state].filter((state) => state === 'ERROR')).toHaveLength(1);
  });

  it('ends every instance of the application, each with the reason', async () => {
    const [a, b] = [await started('a', 'shutdownApplication'), await started('b', 'shutdownApplication')];
    while (a.tasks().length !== 1 || b.tasks().length !== 1) await cluster.pause();
    failures = Infinity;
    await cluster.produce('in', [['k', 'bad']]);
    await Promise.all([reached(a, 'ERROR'), reached(b, 'ERROR')]);
    const errors = [a.error, b.error].map((error) => (error as { code?: string } | undefined)?.code).sort();
    expect(errors).toEqual(['APPLICATION_SHUTDOWN', 'PROCESSING_FAILED']);
  });

  it('is answered by a function of the error', async () => {
    failures = 1;
    const app = await started('a', (error) => (error.message.includes('not yet') ? 'replace' : 'shutdownClient'));
    await cluster.produce('in', [['k', 'bad']]);
    await cluster.readUntil('out', (records) => records.length === 1);
    expect(app.error).toBeUndefined();
  });
});
