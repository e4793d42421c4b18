import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import type { RestoredPartition } from '../../../src/runtime/restore/restore-listener.js';
import { string } from '../../../src/serde/index.js';
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../src/state/store.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';

const text = { key: string(), value: string() };
type Rates = ReadOnlyKeyValueStore<string, ValueAndTimestamp<string>>;

function ratedTopology(): BuiltTopology {
  const builder = new StreamsBuilder();
  const rates = builder.globalTable('rates', { ...text, store: 'rates' });
  builder
    .stream('in', text)
    .leftJoin(
      rates,
      (currency) => currency,
      (currency, rate) => `${currency}@${rate ?? '?'}`,
    )
    .to('out', text);
  return builder.build();
}

describe('the global stores of an application', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ rates: 3, in: 2, out: 2 });
    await cluster.produce('rates', [
      ['EUR', '1.1'],
      ['USD', '1'],
      ['GBP', '1.3'],
    ]);
  });
  afterEach(async () => {
    await cluster.close();
  });

  it('hold the whole topic before the first record is processed, and follow it', async () => {
    await cluster.produce('in', [['s1', 'EUR']]);
    const application = testApplication({ topology: ratedTopology(), client: cluster.client() });
    await application.start();
    const first = await cluster.readUntil('out', (records) => records.length === 1);
    expect(first.map(({ value }) => value)).toEqual(['EUR@1.1']);

    await cluster.produce('rates', [['EUR', '1.2']]);
    await application.waitUntilRunning();
    const rates = application.store<Rates>('rates');
    while (rates.get('EUR')?.value !== '1.2') await cluster.pause();
    await cluster.produce('in', [['s2', 'EUR']]);
    const both = await cluster.readUntil('out', (records) => records.length === 2);
    expect(both.map(({ value }) => value).sort()).toEqual(['EUR@1.1', 'EUR@1.2']);
    expect(await application.close()).toBe(true);
  });

  it('wait for their topic', async () => {
    const topology = new StreamsBuilder();
    topology.globalTable('late', { ...text, store: 'late' });
    topology.stream('in', text).to('out', text);
    const application = testApplication({ topology: topology.build(), client: cluster.client() });
    const started = application.start();
    await cluster.createTopics({ late: 1 });
    await started;
    await application.waitUntilRunning();
    expect(application.store<Rates>('late').get('any')).toBeUndefined();
    await application.close();
  });

  it('stop waiting for it when the application is closed', async () => {
    const topology = new StreamsBuilder();
    topology.globalTable('never', text);
    topology.stream('in', text).to('out', text);
    const application = testApplication({ topology: topology.build(), client: cluster.client() });
    const started = application.start().catch(() => 'ended');
    await cluster.pause();
    expect(await application.close()).toBe(true);
    expect(await started).toBe('ended');
  });

  describe('on disk', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-'));
    });
    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    /** Runs until all is restored; gives what was restored, by key of the rates that are there then. */
    async function runOnce(): Promise<{ restored: number; usd: string | undefined }> {
      const stateDirectory = await openStateDirectory({ path: folder, random: seededRandom(3) });
      const application = testApplication({ topology: ratedTopology(), client: cluster.client(), stateDirectory });
      let restored = 0;
      application.onRestore({ onRestoreEnd: (_: RestoredPartition, total) => void (restored += total) });
      await application.start();
      await application.waitUntilRunning();
      const usd = application.store<Rates>('rates').get('USD')?.value;
      await application.close();
      await stateDirectory.close();
      return { restored, usd };
    }

    it('go on where they were', async () => {
      expect(await runOnce()).toEqual({ restored: 3, usd: '1' });
      await cluster.produce('rates', [['USD', '2']]);
      expect(await runOnce()).toEqual({ restored: 1, usd: '2' });
    });

    it('are built anew when their files are damaged, which are set aside', async () => {
      await runOnce();
      const state = join(folder, 'state', 'app', 'global-rates');
      await writeFile(join(state, 'CURRENT'), 'garbage');
      expect(await runOnce()).toEqual({ restored: 3, usd: '1' });
      expect(await readFile(join(`${state}.damaged`, 'CURRENT'), 'utf8')).toBe('garbage');
    });

    it('are built anew from a topic that was made again', async () => {
      await runOnce();
      await cluster.client().admin.deleteTopics(['rates']);
      await cluster.createTopics({ rates: 3 });
      await cluster.produce('rates', [['EUR', '9']]);
      expect(await runOnce()).toEqual({ restored: 1, usd: undefined });
    });
  });
});
