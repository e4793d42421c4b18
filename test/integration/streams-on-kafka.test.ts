import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../src/observability/log.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { string } from '../../src/serde/primitives.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { seededRandom, systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { FaultyTransport } from '../support/faulty-transport.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { countsByKey, trueCounts } from '../support/key-counts.js';
import { testApplication } from '../support/running-application.js';
import { countTopology } from '../support/small-topologies.js';
import { TestCluster } from '../support/test-cluster.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const brokers = sharedKafka();

describe('streams on a real Kafka', () => {
  let cluster: TestCluster;
  let applicationId: string;
  let input: string;
  let output: string;
  const applications: StreamsApplication[] = [];

  beforeEach(async () => {
    applicationId = `streams-${systemRandom.uuid().slice(0, 8)}`;
    [input, output] = [`${applicationId}-in`, `${applicationId}-out`];
    cluster = new TestCluster(() =>
      createKafkaTransport({
        brokers,
        clientId: 'streams',
        clock: systemClock,
        random: systemRandom,
        log: silentLogger,
      }),
    );
    await cluster.createTopics({ [input]: 4, [output]: 4 });
  });
  afterEach(async () => {
    for (const application of applications.splice(0)) await application.close({ timeoutMs: 5_000, leaveGroup: true });
    await cluster.close();
  });

  function instance(instanceId: string, client = cluster.client()): StreamsApplication {
    const topology = countTopology({ input, output });
    const application = testApplication({ applicationId, topology, client, instanceId, sessionTimeoutMs: 6_000 });
    applications.push(application);
    return application;
  }

  async function feed(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await cluster.produce(
        input,
        KEYS.map((key) => [key, 'x']),
      );
    }
  }

  async function outputOf(rounds: number): Promise<Record<string, string>> {
    await cluster.readUntil(output, (records) => records.length >= rounds * KEYS.length);
    return countsByKey(await cluster.read(output));
  }

  it('counts exactly once while connections break', async () => {
    let transport: FaultyTransport | undefined;
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(3), {})));
    const application = instance('a', client);
    await application.start();
    await application.waitUntilRunning();
    transport!.faults = { loseRequest: 0.05, loseAnswer: 0.05, delay: 0.1 };
    let rounds = 0;
    for (; rounds < 30 || transport!.counts.loseAnswer === 0; rounds++) await feed(1);
    transport!.heal();
    expect(await outputOf(rounds)).toEqual(trueCounts(KEYS, rounds));
  });

  it('closes windows by the clock, and sends what comes for them then aside', async () => {
    const late = `${applicationId}-late`;
    await cluster.createTopics({ [late]: 1 });
    const builder = new StreamsBuilder();
    const texts = { key: string(), value: string() };
    const windowed = builder.stream(input, texts).groupByKey().windowedBy(tumbling('1s'));
    windowed
      .late((stream) => {
        stream.to(late);
      })
      .emitStrategy('onWindowClose', { closeOn: { idle: 200 } })
      .count({ store: 'counts' })
      .toStream()
      .map((window, count) => [window.key, String(count)])
      .to(output, texts);
    const application = testApplication({ applicationId, topology: builder.build(), client: cluster.client() });
    applications.push(application);
    await application.start();
    await application.waitUntilRunning();
    const counted = async (): Promise<number> =>
      (await cluster.read(output)).reduce((sum, { value }) => sum + Number(value), (await cluster.read(late)).length);
    for (const rounds of [1, 2, 3]) {
      await feed(1);
      while ((await counted()) < rounds * KEYS.length) await cluster.pause();
    }
    expect(await counted()).toBe(3 * KEYS.length);
    const closed = (await cluster.read(output)).map(({ key }) => key);
    expect(closed.sort()).toEqual([...new Set(closed)].sort());
    expect((await cluster.read(late)).length).toBeGreaterThanOrEqual(2 * KEYS.length);
  });

  it('shares tasks between instances that come and go', async () => {
    const first = instance('first');
    await first.start();
    await first.waitUntilRunning();
    await feed(5);
    const second = instance('second');
    await second.start();
    await feed(5);
    while (second.tasks().length !== 2 || second.state !== 'RUNNING') await cluster.pause();
    await feed(5);
    await first.close({ leaveGroup: true });
    await feed(5);
    expect(await outputOf(20)).toEqual(trueCounts(KEYS, 20));
  });

  it('takes over from an instance that was cut off, and fences it when it comes back', async () => {
    let transport: FaultyTransport | undefined;
    const lost = instance(
      'lost',
      cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {}))),
    );
    await lost.start();
    await lost.waitUntilRunning();
    const other = instance('other');
    await other.start();
    while (other.tasks().length !== 2 || other.state !== 'RUNNING') await cluster.pause();
    await feed(5);
    transport!.cut();
    await feed(5);
    expect(await outputOf(10)).toEqual(trueCounts(KEYS, 10));
    transport!.heal();
    while (lost.tasks().length !== 2 || lost.state !== 'RUNNING') await cluster.pause();
    await feed(5);
    expect(await outputOf(15)).toEqual(trueCounts(KEYS, 15));
  });

  it('loses and doubles nothing when its process is killed at any moment', async () => {
    const path = await mkdtemp(join(tmpdir(), 'millrace-killed-'));
    const random = seededRandom(11);
    let child: ChildProcess | undefined;
    for (let round = 0; round < 8; round++) {
      child = await startCounting(path);
      const feeding = feed(5);
      await systemClock.sleep(random.next() * 600);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await feeding;
    }
    child = await startCounting(path);
    expect(await outputOf(40)).toEqual(trueCounts(KEYS, 40));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(path, { recursive: true });
  });

  async function startCounting(path: string): Promise<ChildProcess> {
    const script = ['--import', './test/support/typescript.js', './test/support/counting-process.ts'];
    const child = spawn(process.execPath, [...script, brokers.join(','), applicationId, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  }
});
