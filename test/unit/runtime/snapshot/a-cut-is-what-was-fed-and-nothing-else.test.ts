import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamsApplication } from '../../../../src/runtime/application.js';
import { loadSnapshot } from '../../../../src/runtime/snapshot/load-snapshot.js';
import type { SnapshotManifest } from '../../../../src/runtime/snapshot/snapshot-manifest.js';
import { openStateDirectory } from '../../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../../src/runtime/state-directory.js';
import { openCommittedView } from '../../../../src/state/committed-view.js';
import { openDatabase } from '../../../../src/state/leveldb/level-database.js';
import type { ReadOnlyKeyValueStore } from '../../../../src/state/store.js';
import { seededRandom } from '../../../../src/util/random.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { MemoryFiles } from '../../../support/memory-files.js';
import { testApplication } from '../../../support/running-application.js';
import { repartitionedCountTopology } from '../../../support/small-topologies.js';

const LONG_MS = 600_000;
const topology = repartitionedCountTopology();

let cluster: EmbeddedCluster;
let path: string;
let stateDirectory: StateDirectory;
let application: StreamsApplication;
let fed: number;
let feeding: boolean;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-cut-'));
  stateDirectory = await openStateDirectory({ path, random: seededRandom(1) });
  cluster = await EmbeddedCluster.open({ in: 2, out: 1 });
  application = testApplication({ topology, client: cluster.client(), stateDirectory });
  await application.start();
  await application.waitUntilRunning();
  [fed, feeding] = [0, true];
});
afterEach(async () => {
  feeding = false;
  await application.close();
  await cluster.close();
  await stateDirectory.close();
  await rm(path, { recursive: true, force: true });
});

/** Feeds without end, until told to stop. */
async function feed(): Promise<void> {
  while (feeding) {
    await cluster.produce(
      'in',
      Array.from({ length: 20 }, (_, i) => [`key ${(fed + i) % 7}`, 'x']),
    );
    fed += 20;
    await cluster.pause();
  }
}

/** What the stores of a snapshot have counted. */
async function counted(snapshots: MemoryFiles, manifests: readonly SnapshotManifest[]): Promise<number> {
  let sum = 0;
  for (const manifest of manifests.filter(({ changelogs }) => 'counts' in changelogs)) {
    const folder = join(path, `loaded-${manifest.task}`);
    expect(await loadSnapshot(snapshots, manifest, folder, openDatabase)).toBe(true);
    const view = await openCommittedView(
      folder,
      topology.subTopologies.flatMap(({ stores }) => stores),
    );
    const store = view.stores.get('counts') as ReadOnlyKeyValueStore<string, string>;
    for await (const [, count] of store.all()) sum += Number(count);
    await view.close();
  }
  return sum;
}

const drained = async (): Promise<void> => {
  while (!(await application.drained()).drained) await cluster.pause();
};

/** Records of `in` that were processed when everything came to rest. */
const processed = (): number =>
  application.tasks().flatMap(({ inputs }) => inputs).filter(({ topic }) => topic === 'in').reduce((sum, { committedOffset }) => sum + (committedOffset ?? 0), 0); // prettier-ignore

describe('a cut of an application whose sources never rest', () => {
  it('holds each record that was read from the sources, behind the repartition topic, and no other', async () => {
    const snapshots = new MemoryFiles();
    const feeder = feed();
    while (processed() < 100) await cluster.pause();
    application.holdSources(LONG_MS);
    await drained();
    const before = processed();
    const manifests = await application.snapshot(snapshots, { drained: true });
    expect(processed()).toBe(before);
    application.releaseSources();
    feeding = false;
    await feeder;
    expect(await counted(snapshots, manifests)).toBe(before);
    while (processed() < fed) await cluster.pause(); // it goes on with what came meanwhile
  });

  it('is not taken while something waits to be processed', async () => {
    application.pause();
    await cluster.produce('in', [['a', 'x']]);
    const waiting = (): boolean =>
      application.tasks().some(({ inputs }) => inputs.some(({ lagRecords }) => lagRecords > 0));
    while (!waiting()) await cluster.pause();
    const refused = application.snapshot(new MemoryFiles(), { drained: true });
    await expect(refused).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
  });

  it('holds sources back no longer than was asked for', async () => {
    application.holdSources(1);
    await cluster.produce('in', [['a', 'x']]);
    await cluster.readUntil('out', (records) => records.length === 1);
    expect(processed()).toBeLessThanOrEqual(1);
  });
});
