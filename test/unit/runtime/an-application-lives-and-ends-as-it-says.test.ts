import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../../src/observability/pino-logger.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../../src/runtime/application.js';
import type { Record } from '../../../src/topology/processor.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { testApplication } from '../../support/running-application.js';
import { countTopology, Forward, pipeTopology } from '../../support/small-topologies.js';

class FailAt extends Forward {
  constructor(private readonly bad: string) {
    super();
  }

  override process(record: Record<string, string>): void {
    if (record.value === this.bad) throw new Error('this record is bad');
    this.context?.forward(record);
  }
}

describe('an application', () => {
  let cluster: EmbeddedCluster;

  beforeEach(async () => {
    cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  });
  afterEach(async () => {
    await cluster.close();
  });

  function application(options: Partial<StreamsApplicationOptions> = {}): StreamsApplication {
    return testApplication({ topology: pipeTopology(() => new Forward()), client: cluster.client(), ...options });
  }

  it('goes from CREATED over REBALANCING to RUNNING, and over PENDING_SHUTDOWN to NOT_RUNNING', async () => {
    const streams = application();
    const states: string[] = [streams.state];
    streams.onStateChange((state) => states.push(state));
    await streams.start();
    await streams.waitUntilRunning();
    await streams.close();
    expect(states).toEqual(['CREATED', 'REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('starts once', async () => {
    const streams = application();
    await streams.start();
    await expect(streams.start()).rejects.toMatchObject({ code: 'APPLICATION_STARTED' });
    await streams.close();
  });

  it('closes before it has started, and again', async () => {
    const streams = application();
    expect(await streams.close()).toBe(true);
    expect(await streams.close()).toBe(true);
    await expect(streams.waitUntilRunning()).rejects.toMatchObject({ code: 'APPLICATION_NOT_RUNNING' });
  });

  it('logs a skipped record with its task named once', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
    const topology = pipeTopology(() => new FailAt('bad'));
    const streams = application({ topology, log, errorPolicies: { processing: 'skip' } });
    await streams.start();
    await cluster.produce('in', [
      ['k', 'bad'],
      ['k', 'good'],
    ]);
    await cluster.readUntil('out', (records) => records.length === 1);
    await streams.close();
    expect(lines.map((line) => line.split('"task":').length - 1)).toEqual([1]);
  });

  it.each([Number.NaN, 1e300, 1.5])(
    'stops, and says why, when a processor gives a record the time %d',
    async (timestamp) => {
      class Mistimed extends Forward {
        override process(record: Record<string, string>): void {
          this.context?.forward(record.withTimestamp(timestamp));
        }
      }
      const streams = application({ topology: pipeTopology(() => new Mistimed()) });
      const failed = new Promise<void>((resolve) => {
        streams.onStateChange((state) => {
          if (state === 'ERROR') resolve();
        });
      });
      await streams.start();
      await cluster.produce('in', [['k', 'v']]);
      await failed;
      expect(streams.error).toMatchObject({ code: 'PRODUCTION_FAILED', cause: { code: 'INVALID_TIMESTAMP' } });
      await streams.close();
    },
  );

  it('closes while it still looks for its broker', async () => {
    let transport: FaultyTransport | undefined;
    const client = cluster.client((inner) => (transport = new FaultyTransport(inner, seededRandom(1), {})));
    transport?.cut();
    const streams = application({ client });
    const starting = expect(streams.start()).rejects.toMatchObject({ kind: 'unavailable' });
    await streams.close({ timeoutMs: 50 });
    transport?.heal();
    await starting;
    expect(streams.state).toBe('NOT_RUNNING');
  });

  it('gives its stores while it runs, and says why not otherwise', async () => {
    const streams = application({ topology: countTopology() });
    expect(() => streams.store('counts')).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
    await streams.start();
    await streams.waitUntilRunning();
    expect(streams.store('counts').name).toBe('counts');
    expect(() => streams.store('count')).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_FOUND', hint: 'Its stores are "counts".' }),
    );
    await streams.close();
  });

  it('shows its tasks, with how far they are', async () => {
    const streams = application({ topology: countTopology() });
    await streams.start();
    await streams.waitUntilRunning();
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'x'],
    ]);
    await cluster.readUntil('out', (records) => records.length === 2);
    const input = { topic: 'in', partition: 0, committedOffset: 2, highWatermark: 2, lagRecords: 0 };
    const store = { name: 'counts', changelogTopic: 'app-counts-changelog', restoredOffset: 2, endOffset: 2 };
    while (streams.tasks()[0]?.inputs[0]?.committedOffset !== 2) await cluster.pause();
    expect(streams.tasks()).toMatchObject([{ id: '0_0', status: 'running', inputs: [input], stores: [store] }]);
    await streams.close();
    expect(streams.tasks()).toEqual([]);
  });

  it('ends in ERROR on a record that its processor refuses, and nothing of that transaction is seen', async () => {
    const streams = application({ topology: pipeTopology(() => new FailAt('bad')), commitIntervalMs: 60_000 });
    await streams.start();
    await streams.waitUntilRunning();
    const failed = new Promise((resolve) => streams.onStateChange(resolve));
    await cluster.produce('in', [
      ['a', 'good'],
      ['a', 'bad'],
      ['a', 'better'],
    ]);
    expect(await failed).toBe('ERROR');
    expect(streams.error).toMatchObject({ code: 'PROCESSING_FAILED' });
    await streams.close();
    expect(await cluster.read('out')).toEqual([]);
    const mended = application({ topology: pipeTopology(() => new FailAt('nothing')) });
    await mended.start();
    const seen = await cluster.readUntil('out', (records) => records.length === 3);
    expect(seen.map(({ value }) => value)).toEqual(['good', 'bad', 'better']);
    await mended.close();
  });

  it('waits for a source topic that does not exist yet', async () => {
    const streams = application({ topology: pipeTopology(() => new Forward(), { topics: 'late' }) });
    await streams.start();
    await cluster.createTopics({ late: 1 });
    await streams.waitUntilRunning();
    await cluster.produce('late', [['a', 'x']]);
    expect(await cluster.readUntil('out', (records) => records.length === 1)).toMatchObject([{ key: 'a', value: 'x' }]);
    await streams.close();
  });

  it('reads topics that come to match its pattern, in the task that runs already', async () => {
    await cluster.createTopics({ 'orders-eu': 1 });
    const topology = pipeTopology(() => new Forward(), { pattern: /orders-.*/ });
    const streams = application({ topology, topicRefreshMs: 20 });
    await streams.start();
    await cluster.produce('orders-eu', [['a', 'eu']]);
    await cluster.readUntil('out', (records) => records.length === 1);
    await cluster.createTopics({ 'orders-us': 1 });
    await cluster.produce('orders-us', [['a', 'us']]);
    await cluster.produce('orders-eu', [['a', 'eu again']]);
    const seen = await cluster.readUntil('out', (records) => records.length === 3);
    expect(seen.map(({ value }) => value).sort()).toEqual(['eu', 'eu again', 'us']);
    await streams.close();
  });

  it('reads topics that come to match its pattern while its group changes its leader', async () => {
    await cluster.createTopics({ 'orders-eu': 1 });
    const instance = (instanceId: string): StreamsApplication => {
      const topology = pipeTopology(() => new Forward(), { pattern: /orders-.*/ });
      return application({ topology, topicRefreshMs: 20, instanceId, client: cluster.client() });
    };
    const [leader, heir] = [instance('leader'), instance('heir')];
    for (const one of [leader, heir]) await one.start().then(() => one.waitUntilRunning());
    await Promise.all([cluster.createTopics({ 'orders-us': 1 }), leader.close({ leaveGroup: true })]);
    await cluster.produce('orders-us', [['a', 'us']]);
    expect(await cluster.readUntil('out', (records) => records.length === 1)).toMatchObject([{ value: 'us' }]);
    await heir.close();
  });

  it('is refused to start without an offset where its source says none', async () => {
    const streams = application({ topology: pipeTopology(() => new Forward(), { offsetReset: 'none' }) });
    await streams.start();
    await expect(streams.waitUntilRunning()).rejects.toMatchObject({
      code: 'NO_COMMITTED_OFFSET',
      message: expect.stringContaining('"in-0"'),
    });
    await streams.close();
  });

  it('starts behind what is there where its source says latest', async () => {
    await cluster.produce('in', [['a', 'before']]);
    const streams = application({ topology: pipeTopology(() => new Forward(), { offsetReset: 'latest' }) });
    await streams.start();
    await streams.waitUntilRunning();
    await cluster.produce('in', [['a', 'after']]);
    expect(await cluster.readUntil('out', (records) => records.length === 1)).toMatchObject([{ value: 'after' }]);
    await streams.close();
  });

  it('takes in no more than its bound, and still processes everything', async () => {
    await cluster.produce(
      'in',
      Array.from({ length: 500 }, (_, index) => ['a', `value ${index}`] as const),
    );
    const streams = application({ bufferedBytesPerTask: 100 });
    await streams.start();
    const seen = await cluster.readUntil('out', (records) => records.length === 500);
    expect(seen.map(({ value }) => value)).toEqual(Array.from({ length: 500 }, (_, index) => `value ${index}`));
    await streams.close();
  });
});
