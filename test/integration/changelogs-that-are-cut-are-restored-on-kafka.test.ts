import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger, type Logger } from '../../src/observability/log.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../src/runtime/application.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../src/runtime/state-directory.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { GatedTransport } from '../support/broker/gated-transport.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { countsByKey, trueCounts } from '../support/key-counts.js';
import { testApplication } from '../support/running-application.js';
import { countTopology } from '../support/small-topologies.js';
import { TestCluster } from '../support/test-cluster.js';

const KEYS = ['a', 'b', 'c'];
const brokers = sharedKafka();

describe('on a real Kafka', () => {
  let cluster: TestCluster;
  let stateDirectory: StateDirectory;
  let id: string;
  let changelog: { topic: string; partition: number };
  /** What the applications warned of, and where their restores began. */
  let said: string[];
  const log: Logger = { ...silentLogger, warn: (_fields, message = '') => said.push(message), child: () => log };
  const running: StreamsApplication[] = [];

  beforeEach(async () => {
    id = `cut-${systemRandom.uuid().slice(0, 8)}`;
    changelog = { topic: `${id}-counts-changelog`, partition: 0 };
    said = [];
    const system = { clock: systemClock, random: systemRandom, log: silentLogger };
    cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'cut', ...system }));
    stateDirectory = await openStateDirectory({ path: await mkdtemp(join(tmpdir(), 'millrace-cut-')), ...system });
    await cluster.createTopics({ [`${id}-in`]: 1, [`${id}-out`]: 1, [`${id}-other-out`]: 1 });
    const configs = { 'cleanup.policy': 'compact,delete' }; // as that of a window store; else nothing can be deleted
    await cluster.client().admin.createTopics([{ name: changelog.topic, partitions: 1, configs }]);
  });
  afterEach(async () => {
    for (const application of running.splice(0)) await application.close({ timeoutMs: 5_000, leaveGroup: true });
    await cluster.close();
    await stateDirectory.close();
    await rm(stateDirectory.path, { recursive: true });
  });

  async function start(options: Partial<StreamsApplicationOptions> = {}): Promise<StreamsApplication> {
    const topology = countTopology({ input: `${id}-in`, output: `${id}-out` });
    const own = { applicationId: id, topology, client: cluster.client(), log, sessionTimeoutMs: 60_000 };
    const application = testApplication({ ...own, stateDirectory, ...options });
    running.push(application);
    application.onRestore({ onRestoreStart: ({ topic }, from) => said.push(`${topic} from ${from}`) });
    await application.start();
    return application;
  }

  async function feed(): Promise<void> {
    await cluster.produce(
      `${id}-in`,
      KEYS.map((key) => [key, 'x']),
    );
  }

  /** Waits until so many rounds are counted; gives the counts of each key. */
  async function counted(rounds: number, output = `${id}-out`): Promise<Record<string, string>> {
    return countsByKey(await cluster.readUntil(output, (records) => records.length >= rounds * KEYS.length));
  }

  async function endOfChangelog(): Promise<number> {
    const ends = await cluster.client().admin.listOffsets([changelog], 'latest');
    return ends.get(`${changelog.topic}-0`) ?? 0;
  }

  /** Counts one more round, and ends. */
  async function countOnce(rounds: number, options: Partial<StreamsApplicationOptions> = {}): Promise<void> {
    const application = await start(options);
    await feed();
    await counted(rounds);
    await application.close({ leaveGroup: true });
  }

  it('a changelog that was cut beyond what the store holds is restored from what remains', async () => {
    await countOnce(1);
    const offset = await endOfChangelog();
    await countOnce(2, { stateDirectory: undefined, instanceId: 'elsewhere' });
    await cluster.client().admin.deleteRecords([{ ...changelog, offset }]);
    said = [];
    await countOnce(3);
    expect(said).toEqual(['the stored position is not in the changelog: rebuilding the store', `${changelog.topic} from ${offset}`]); // prettier-ignore
    expect(await counted(3)).toEqual(trueCounts(KEYS, 3));
  });

  it('a standby whose changelog is cut ahead of it is rebuilt, and takes over with what remains', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const active = await start({ standbys: 1, stateDirectory: undefined });
    await active.waitUntilRunning();
    const client = cluster.client((transport) => new GatedTransport(transport, 'restore', gate));
    const standby = await start({ standbys: 1, instanceId: 'b', client });
    while (standby.standbys()[0]?.stores.length !== 1) await cluster.pause();
    await feed();
    await counted(1);
    const offset = await endOfChangelog();
    await feed();
    await counted(2);
    await cluster.client().admin.deleteRecords([{ ...changelog, offset }]);
    open();
    const caughtUp = ({ restoredOffset }: { restoredOffset: number }): boolean => restoredOffset > offset;
    while (!standby.standbys()[0]?.stores.every(caughtUp)) await cluster.pause();
    expect(said).toContain('the changelog was cut: rebuilding the store');
    await active.close({ leaveGroup: true });
    await feed();
    expect(await counted(3)).toEqual(trueCounts(KEYS, 3));
  });

  it('state that is damaged is set aside, and restored from its changelog', async () => {
    await countOnce(1);
    const folder = stateDirectory.taskFolder(id, '0_0');
    await writeFile(join(folder, 'CURRENT'), 'garbage');
    said = [];
    await countOnce(2);
    expect(said.slice(-2)).toEqual(['damaged state: set aside, to be restored', `${changelog.topic} from 0`]); // prettier-ignore
    expect(await readFile(join(`${folder}.damaged`, 'CURRENT'), 'utf8')).toBe('garbage');
    expect(await counted(2)).toEqual(trueCounts(KEYS, 2));
  });

  it('state of another application in the place of its own is emptied, and restored from its changelog', async () => {
    await countOnce(1);
    const other = countTopology({ input: `${id}-in`, output: `${id}-other-out` });
    const foreign = await start({ applicationId: `${id}-other`, topology: other });
    await feed();
    await counted(2, `${id}-other-out`);
    await foreign.close({ leaveGroup: true });
    const folder = stateDirectory.taskFolder(id, '0_0');
    await rm(folder, { recursive: true });
    await cp(stateDirectory.taskFolder(`${id}-other`, '0_0'), folder, { recursive: true });
    said = [];
    await start();
    expect(await counted(2)).toEqual(trueCounts(KEYS, 2));
    expect(said).toEqual(['the stored position is not in the changelog: rebuilding the store', `${changelog.topic} from 0`]); // prettier-ignore
  });
});
