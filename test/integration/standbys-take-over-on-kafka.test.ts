import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../src/observability/log.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { CountingChild } from '../support/counting-child.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { countsByKey, trueCounts } from '../support/key-counts.js';
import { TestCluster } from '../support/test-cluster.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const ROUNDS = 100;

describe('processes on a real Kafka', () => {
  const brokers = sharedKafka();
  const children: CountingChild[] = [];
  let cluster: TestCluster;
  let applicationId: string;
  let folder: string;

  beforeEach(async () => {
    applicationId = `standbys-${systemRandom.uuid().slice(0, 8)}`;
    folder = await mkdtemp(join(tmpdir(), 'millrace-standbys-'));
    const system = { clock: systemClock, random: systemRandom, log: silentLogger };
    cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'standbys', ...system }));
    await cluster.createTopics({ [`${applicationId}-in`]: 4, [`${applicationId}-out`]: 4 });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.end('SIGKILL');
    await cluster.close();
    await rm(folder, { recursive: true });
  });

  function start(name: string, standbys: number): CountingChild {
    const child = new CountingChild(brokers, applicationId, join(folder, name), standbys);
    children.push(child);
    return child;
  }

  async function feed(rounds: number): Promise<void> {
    const round = KEYS.map((key) => [key, 'x'] as const);
    await cluster.produce(`${applicationId}-in`, Array.from({ length: rounds }, () => round).flat());
  }

  async function outputOf(rounds: number): Promise<Record<string, string>> {
    const output = `${applicationId}-out`;
    await cluster.readUntil(output, (records) => records.length >= rounds * KEYS.length);
    return countsByKey(await cluster.read(output));
  }

  it('take over from one that was killed, without reading its changelogs from the start', async () => {
    const [killed, standby] = [start('killed', 1), start('standby', 1)];
    for (const child of [killed, standby]) await child.untilRunning();
    await killed.until(() => killed.tasks.length === 2 && standby.tasks.length === 2, 'shared');
    await feed(ROUNDS);
    await outputOf(ROUNDS);
    await standby.until(() => standby.caughtUp.length === 2, 'caught up');
    const before = standby.lines.length;
    await killed.end('SIGKILL');
    await feed(1);
    expect(await outputOf(ROUNDS + 1)).toEqual(trueCounts(KEYS, ROUNDS + 1));
    const restored = standby.lines.slice(before).filter((line) => line.startsWith('restored'));
    for (const line of restored) expect(Number(line.split(' ')[2])).toBeGreaterThan(ROUNDS);
  });

  it('go on at once, without a rebalance, when a killed one comes back with its state', async () => {
    const [killed, other] = [start('killed', 0), start('other', 0)];
    for (const child of [killed, other]) await child.untilRunning();
    await killed.until(() => killed.tasks.length === 2 && other.tasks.length === 2, 'shared');
    await feed(ROUNDS);
    await outputOf(ROUNDS);
    await killed.end('SIGKILL');
    await feed(1);
    const since = systemClock.monotonicMs();
    const back = await start('killed', 0).untilRunning();
    expect(await outputOf(ROUNDS + 1)).toEqual(trueCounts(KEYS, ROUNDS + 1));
    console.info(`outputs again ${Math.round(systemClock.monotonicMs() - since)} ms after its start (aim: 5,000)`);
    await back.until(() => back.tasks.length === 2, 'with its tasks again');
  });
});
