import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../src/runtime/state-directory.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { countsByKey, trueCounts } from '../../support/key-counts.js';
import { testApplication } from '../../support/running-application.js';
import { countTopology } from '../../support/small-topologies.js';

const CHANGELOG = 'app-counts-changelog';

describe('a restart with state on disk', () => {
  let cluster: EmbeddedCluster;
  let path: string;
  let stateDirectory: StateDirectory;
  let restored: string[];

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-restore-'));
    stateDirectory = await openStateDirectory({ path, random: seededRandom(1) });
    cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  });
  afterEach(async () => {
    await cluster.close();
    await stateDirectory.close();
    await rm(path, { recursive: true, force: true });
  });

  async function start(options: Partial<StreamsApplicationOptions> = {}): Promise<StreamsApplication> {
    const application = testApplication({
      topology: countTopology(),
      client: cluster.client(),
      stateDirectory,
      ...options,
    });
    restored = [];
    application.onRestore({
      onRestoreStart: ({ store, topic }, from) => restored.push(`${store} of ${topic} from ${from}`),
      onRestoreEnd: ({ taskId }, records) => restored.push(`${taskId}: ${records} records`),
    });
    await application.start();
    await application.waitUntilRunning();
    return application;
  }

  async function count(application: StreamsApplication, total: number): Promise<void> {
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'x'],
    ]);
    await cluster.readUntil('out', (records) => records.length === total);
    await application.close({ leaveGroup: true });
  }

  it('reads nothing but what came after its last commit', async () => {
    await count(await start(), 2);
    await count(await start(), 4);
    expect(restored).toEqual([`counts of ${CHANGELOG} from 2`, '0_0: 0 records']); // only the transaction's marker
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 2));
  });

  it('reads what an instance elsewhere has written meanwhile', async () => {
    await count(await start(), 2);
    await count(await start({ stateDirectory: undefined, instanceId: 'elsewhere' }), 4);
    await count(await start(), 6);
    expect(restored.at(-1)).toBe('0_0: 2 records');
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 3));
  });

  it('rebuilds a store whose changelog is another topic of the same name', async () => {
    await count(await start(), 2);
    const { admin } = cluster.client();
    await admin.deleteTopics([CHANGELOG]);
    await count(await start(), 4);
    expect(restored).toEqual([]);
    const counts = (await cluster.read('out')).map(({ key, value }) => `${String(key)}=${String(value)}`);
    expect(counts).toEqual(['a=1', 'b=1', 'a=1', 'b=1']);
  });

  it('rebuilds a store from the start of its changelog when that was cut beyond what the store holds', async () => {
    const { admin } = cluster.client();
    const configs = { 'cleanup.policy': 'compact,delete' }; // as that of a window store
    await admin.createTopics([{ name: CHANGELOG, partitions: 1, configs }]);
    await count(await start(), 2);
    await count(await start({ stateDirectory: undefined, instanceId: 'elsewhere' }), 4);
    await admin.deleteRecords([{ topic: CHANGELOG, partition: 0, offset: 3 }]);
    await count(await start(), 6);
    expect(restored).toEqual([`counts of ${CHANGELOG} from 3`, '0_0: 2 records']);
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 3));
  });

  it('rebuilds everything from the changelog when the disk is lost', async () => {
    await count(await start(), 2);
    await rm(join(path, 'state'), { recursive: true });
    await count(await start(), 4);
    expect(restored).toEqual([`counts of ${CHANGELOG} from 0`, '0_0: 2 records']);
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 2));
  });

  it.each([
    ['a row file is cut', /\.ldb$/, (file: string) => truncate(file, 10)],
    ['a row file is gone', /\.ldb$/, (file: string) => rm(file)],
    ['the manifest is cut', /^MANIFEST/, (file: string) => truncate(file, 5)],
    ['the pointer to the manifest is garbage', /^CURRENT$/, (file: string) => writeFile(file, 'garbage')],
  ])('rebuilds the state of a task of which %s', async (_, name, damage) => {
    await count(await start(), 2);
    await count(await start(), 4); // the second opening turns the log into row files
    const folder = stateDirectory.taskFolder('app', '0_0');
    for (const file of await readdir(folder)) if (name.test(file)) await damage(join(folder, file));
    await count(await start(), 6);
    expect(restored).toEqual([`counts of ${CHANGELOG} from 0`, '0_0: 4 records']);
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 3));
  });
});
