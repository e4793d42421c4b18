import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../../src/runtime/application.js';
import { openStateDirectory } from '../../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../../src/runtime/state-directory.js';
import { seededRandom } from '../../../../src/util/random.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { countsByKey, trueCounts } from '../../../support/key-counts.js';
import { MemoryFiles } from '../../../support/memory-files.js';
import { testApplication } from '../../../support/running-application.js';
import { countTopology } from '../../../support/small-topologies.js';

const CHANGELOG = 'app-counts-changelog';

let cluster: EmbeddedCluster;
let path: string;
let stateDirectory: StateDirectory;
let snapshots: MemoryFiles;
let restored: string[];
let total: number;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-snapshot-'));
  stateDirectory = await openStateDirectory({ path, random: seededRandom(1) });
  cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  snapshots = new MemoryFiles();
  total = 0;
});
afterEach(async () => {
  await cluster.close();
  await stateDirectory.close();
  await rm(path, { recursive: true, force: true });
});

/** Starts an instance whose disk holds nothing. */
async function start(options: Partial<StreamsApplicationOptions> = {}): Promise<StreamsApplication> {
  await rm(join(path, 'state'), { recursive: true, force: true });
  const client = cluster.client();
  const application = testApplication({ topology: countTopology(), client, stateDirectory, snapshots, ...options });
  restored = [];
  application.onRestore({
    onRestoreStart: ({ store }, from) => restored.push(`${store} from ${from}`),
    onRestoreEnd: (_, records) => restored.push(`${records} records`),
  });
  await application.start();
  await application.waitUntilRunning();
  return application;
}

async function count(): Promise<void> {
  await cluster.produce('in', [['a', 'x'], ['b', 'x']]); // prettier-ignore
  total += 2;
  await cluster.readUntil('out', (records) => records.length === total);
}

/** An instance counts, a snapshot is taken after each of so many rounds, and then it counts once more. */
async function snapshotsAfter(rounds: number): Promise<void> {
  const application = await start();
  for (let round = 0; round < rounds; round++) {
    await count();
    await application.snapshot(snapshots);
  }
  await count();
  await application.close({ leaveGroup: true });
}

const rowFiles = (): string[] => [...snapshots.files.keys()].filter((file) => file.endsWith('.gz')).sort();

describe('an instance without state', () => {
  it('reads nothing but what came after the newest snapshot', async () => {
    await snapshotsAfter(2);
    const application = await start();
    expect(restored).toEqual(['counts from 5', '2 records']); // two transactions of two records, and what ends them
    await count();
    expect(countsByKey(await cluster.read('out'))).toEqual(trueCounts(['a', 'b'], 4));
    await application.close();
  });

  it('takes the next older snapshot when the files of the newest are damaged', async () => {
    await snapshotsAfter(2);
    snapshots.files.set(rowFiles().at(-1)!, Buffer.from('damaged'));
    const application = await start();
    expect(restored).toEqual(['counts from 2', '4 records']);
    await application.close();
  });

  it.each([
    ['is gone', (file: string) => snapshots.files.delete(file)],
    ['is no JSON', (file: string) => snapshots.files.set(file, Buffer.from('{'))],
    [
      'is of a later format',
      (file: string) => {
        edit(file, { format: 2 });
      },
    ],
    [
      'is of another application',
      (file: string) => {
        edit(file, { application: 'other' });
      },
    ],
  ])('reads the whole changelog when the manifest of its only snapshot %s', async (_, change) => {
    await snapshotsAfter(1);
    change([...snapshots.files.keys()].find((file) => file.endsWith('.json'))!);
    const application = await start();
    expect(restored).toEqual(['counts from 0', '4 records']);
    await application.close();
  });

  it('reads what is left of a changelog that was cut beyond every snapshot', async () => {
    const { admin } = cluster.client();
    const configs = { 'cleanup.policy': 'compact,delete' };
    await admin.createTopics([{ name: CHANGELOG, partitions: 1, configs }]);
    await snapshotsAfter(1);
    await admin.deleteRecords([{ topic: CHANGELOG, partition: 0, offset: 3 }]);
    const application = await start();
    expect(restored).toEqual(['counts from 3', '2 records']);
    await application.close();
  });

  it('does not take the state of a changelog that was another topic of the same name', async () => {
    await snapshotsAfter(1);
    await cluster.client().admin.deleteTopics([CHANGELOG]);
    const application = await start();
    expect(restored).toEqual([]);
    await count();
    const counts = (await cluster.read('out')).map(({ value }) => value);
    expect(counts).toEqual(['1', '1', '2', '2', '1', '1']);
    await application.close();
  });

  it('does not take a snapshot for a store that has no changelog: what came later would be lost', async () => {
    const topology = countTopology({ logging: false });
    const application = await start({ topology });
    await count();
    expect(await application.snapshot(snapshots)).toHaveLength(1);
    await application.close({ leaveGroup: true });
    const again = await start({ topology });
    await count();
    expect((await cluster.read('out')).at(-1)?.value).toBe('1');
    await again.close();
  });
});

describe('a standby without state', () => {
  it('follows from the newest snapshot on', async () => {
    await snapshotsAfter(1);
    const active = await start({ standbys: 1 });
    const elsewhere = await mkdtemp(join(tmpdir(), 'millrace-standby-'));
    const directory = await openStateDirectory({ path: elsewhere, random: seededRandom(2) });
    const options = { stateDirectory: directory, instanceId: 'b', standbys: 1, snapshots };
    const standby = testApplication({ topology: countTopology(), client: cluster.client(), ...options });
    await standby.start();
    const restoredOffset = (): number | undefined => standby.standbys()[0]?.stores[0]?.restoredOffset;
    while ((restoredOffset() ?? 0) < 5) await cluster.pause();
    expect(standby.standbys()[0]?.state?.changelogPosition('counts')?.offset).toBeGreaterThanOrEqual(4);
    await Promise.all([active.close(), standby.close()]);
    await directory.close();
    await rm(elsewhere, { recursive: true });
  });
});

describe('taking snapshots', () => {
  it('keeps as many as it is told to, and leaves no rows of older ones', async () => {
    const application = await start();
    for (let round = 0; round < 4; round++) {
      await count();
      await application.snapshot(snapshots, { keep: 2 });
    }
    expect([...snapshots.files.keys()].filter((file) => file.endsWith('.json'))).toHaveLength(2);
    expect(rowFiles()).toHaveLength(2);
    await application.close();
  });

  it('is refused while tasks do not run', async () => {
    const client = cluster.client();
    const application = testApplication({ topology: countTopology(), client, stateDirectory });
    await expect(application.snapshot(snapshots)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
    await application.close();
  });
});

function edit(file: string, change: object): void {
  const manifest = JSON.parse(snapshots.files.get(file)!.toString()) as object;
  snapshots.files.set(file, Buffer.from(JSON.stringify({ ...manifest, ...change })));
}
