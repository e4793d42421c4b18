import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../src/runtime/state-directory.js';
import { string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { countTopology } from '../../support/small-topologies.js';

describe('the state of a task', () => {
  const clock = scaledClock(20);
  const applications: StreamsApplication[] = [];
  const directories: StateDirectory[] = [];
  let cluster: EmbeddedCluster;
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-held-'));
    cluster = await EmbeddedCluster.open({ in: 2, out: 2, prices: 1, seen: 1 }, clock);
  });
  afterEach(async () => {
    for (const application of applications.splice(0)) await application.close({ timeoutMs: 1_000 });
    for (const directory of directories.splice(0)) await directory.close();
    await cluster.close();
    await rm(path, { recursive: true, force: true });
  });

  async function start(instanceId: string, more: Partial<StreamsApplicationOptions> = {}): Promise<StreamsApplication> {
    const stateDirectory = await openStateDirectory({ path: join(path, instanceId), random: seededRandom(1) });
    directories.push(stateDirectory);
    const options = { topology: countTopology(), client: cluster.client(), clock, instanceId, stateDirectory };
    const application = testApplication({ ...options, sessionTimeoutMs: 200_000, heartbeatIntervalMs: 200, ...more });
    applications.push(application);
    await application.start();
    return application;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (applications.length === 0) throw new Error('what was waited for did not happen');
      await systemClock.sleep(5);
    }
  }

  async function feed(rounds: number): Promise<void> {
    const round = ['a', 'b', 'c', 'd'].map((key) => [key, 'x'] as const);
    await cluster.produce('in', Array.from({ length: rounds }, () => round).flat());
  }

  it('is deleted where the task has not been for the cleanup delay', async () => {
    const first = await start('first', { stateCleanupDelayMs: 2_000 });
    await first.waitUntilRunning();
    await feed(1);
    await cluster.readUntil('out', (records) => records.length === 4);
    const second = await start('second');
    await until(() => first.tasks().length === 1 && second.tasks().length === 1 && second.state === 'RUNNING');
    const folder = (task: string): string => join(path, 'first', 'state', 'app', task);
    const [stays = '', gone = ''] = [first, second].map((each) => each.tasks()[0]?.id);
    await until(() => !existsSync(folder(gone)));
    expect(existsSync(folder(stays))).toBe(true);
  });

  it('brings its task back to an instance that returns with it', async () => {
    const options = { acceptableRecoveryLag: 10, maxWarmups: 0 };
    const first = await start('first', options);
    await first.waitUntilRunning();
    await feed(20);
    await cluster.readUntil('out', (records) => records.length === 80);
    await first.close({ leaveGroup: true });
    await directories.shift()?.close();
    const other = await start('other', options);
    await until(() => other.tasks().length === 2 && other.state === 'RUNNING');
    const back = await start('first', options);
    // nothing may warm up: it gets a task because it tells what lies in its folder
    await until(() => back.tasks().length === 1 && back.state === 'RUNNING');
  });

  it('is followed up to the committed offset only, where its changelog is an input', async () => {
    const never = { topology: pricesTopology(), standbys: 1, commitIntervalMs: 1_000_000_000 };
    const pair = [await start('first', never), await start('second', never)];
    await until(
      () => pair.every((each) => each.state === 'RUNNING') && pair.some((each) => each.standbys().length === 1),
    );
    const standby = pair.find((each) => each.standbys().length === 1);
    const followed = (): KeyValueStore<string, string> =>
      standby?.standbys()[0]?.state?.stores.get('prices') as KeyValueStore<string, string>; // what the topology declares
    await cluster.produce('prices', [['apple', '1']]);
    await cluster.readUntil('seen', (records) => records.length === 1, 'read_uncommitted');
    await clock.sleep(5_000); // the standby looks every second
    expect(followed().get('apple')).toBeUndefined();
    const owner = pair.find((each) => each !== standby);
    await owner?.close({ leaveGroup: false });
    await until(() => followed().get('apple') !== undefined);
  });
});

/** A table that is restored from its own source topic; every change goes to `seen`. */
function pricesTopology() {
  const builder = new StreamsBuilder({ storage: 'memory' });
  const text = { key: string(), value: string() };
  builder
    .table('prices', { ...text, store: 'prices', caching: false })
    .toStream()
    .to('seen');
  return builder.build({ optimization: 'all' });
}
