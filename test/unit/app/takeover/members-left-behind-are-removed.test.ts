import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeOver, type TakeoverReport } from '../../../../src/app/takeover/take-over.js';
import type { BrokerClient } from '../../../../src/broker/client/client.js';
import { TaskPlan } from '../../../../src/runtime/assignment/task-plan.js';
import type { StreamsApplication } from '../../../../src/runtime/application.js';
import { systemClock, type Clock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { testApplication } from '../../../support/running-application.js';
import { countTopology } from '../../../support/small-topologies.js';

const topology = countTopology({ input: 'in', output: 'out' });

describe('an application that is taken over', () => {
  let cluster: EmbeddedCluster;
  let client: BrokerClient;
  let application: StreamsApplication;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
    client = cluster.client();
    application = testApplication({ topology, client: cluster.client(), heartbeatIntervalMs: 20 });
    await application.start();
    await feed();
  });
  afterEach(async () => {
    await application.close();
    await cluster.close();
  });

  async function feed(): Promise<void> {
    const before = (await cluster.read('out')).length;
    await cluster.produce('in', [['k', 'v']]);
    await cluster.readUntil('out', (records) => records.length > before);
  }

  function taken(execute: boolean, sleep: Clock['sleep'] = () => systemClock.sleep(300)): Promise<TakeoverReport> {
    return takeOver(new TaskPlan('app', topology), client, { execute, watchMs: 1, clock: { sleep } });
  }

  async function members(): Promise<number> {
    return (await client.admin.describeGroup('app'))?.members.length ?? 0;
  }

  it('loses the members that it left behind when it was stopped', async () => {
    await application.close();
    expect(await taken(true)).toMatchObject({ executed: true, members: [{ groupInstanceId: 'a' }] });
    expect(await members()).toBe(0);
    expect(await taken(true)).toMatchObject({ executed: true, members: [] });
  });

  it('keeps them in a dry run', async () => {
    await application.close();
    expect(await taken(false)).toMatchObject({ executed: false, members: [{ groupInstanceId: 'a' }] });
    expect(await members()).toBe(1);
  });

  it('is refused while its offsets move', async () => {
    const report = await taken(true, feed);
    expect(report.refusal).toMatch(/^offsets of 1 partitions moved meanwhile, of "in-0" to \d+: stop/);
    expect([report.executed, await members()]).toEqual([false, 1]);
  });

  it('is refused when a member that was removed comes back, since it lives', async () => {
    const report = await taken(true);
    expect(report.refusal).toMatch(/came back to the group: stop the application first$/);
    await feed();
  });

  it('is refused where the topology does not fit', async () => {
    await application.close();
    await client.admin.deleteTopics(['in']);
    expect((await taken(true)).refusal).toBe('the topology does not fit the application: 1 misfit');
    expect(await members()).toBe(1);
  });
});
