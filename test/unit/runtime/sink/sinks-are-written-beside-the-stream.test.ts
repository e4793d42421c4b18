import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import type { StreamsApplication } from '../../../../src/runtime/application.js';
import { string } from '../../../../src/serde/primitives.js';
import { MemorySink, type MemorySinkOptions } from '../../../../src/testing/memory-sink.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { testApplication } from '../../../support/running-application.js';

const text = { key: string(), value: string() };
const soon = { batching: { maxDelay: 1 }, retry: { initialDelay: 1, maxDelay: 20 } };
const COUNT = 500;
const records = Array.from({ length: COUNT }, (_, i) => [`k${String(i % 20)}`, `v${String(i)}`] as const);

let cluster: EmbeddedCluster;
let running: StreamsApplication[];

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 4, out: 4, dlq: 1 });
  running = [];
});
afterEach(async () => {
  for (const application of running) await application.close();
  await cluster.close();
});

function topologyTo(sink: MemorySink<string, string>): BuiltTopology {
  const builder = new StreamsBuilder();
  const upper = builder.stream('in', text).mapValues((value) => value.toUpperCase());
  upper.toSink('memory', sink, { value: string() });
  upper.to('out', { value: string() });
  return builder.build();
}

async function start(
  sink: MemorySink<string, string>,
  more: Partial<Parameters<typeof testApplication>[0]> = {},
): Promise<StreamsApplication> {
  const application = testApplication({ topology: topologyTo(sink), client: cluster.client(), ...more });
  running.push(application);
  await application.start();
  return application;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await cluster.pause();
}

function memorySink(options: MemorySinkOptions<string, string> = {}): MemorySink<string, string> {
  return new MemorySink<string, string>({ ...soon, ...options });
}

const upperCased = records.map(([, value]) => value.toUpperCase());

describe('a sink of a running application', () => {
  it('is given each record once, in the order of each key', async () => {
    const sink = memorySink();
    await start(sink);
    await cluster.produce('in', records);
    await until(() => sink.records.length >= COUNT);
    const ofKey = (key: string): string[] =>
      sink.records.filter((record) => record.key === key).map(({ value }) => value!);
    expect(sink.records).toHaveLength(COUNT);
    expect(ofKey('k7')).toEqual(records.flatMap(([key, value]) => (key === 'k7' ? [value.toUpperCase()] : [])));
  });

  it('goes on at its own position, whatever the group has committed', async () => {
    const sink = memorySink();
    for (const part of [records.slice(0, 200), records.slice(200)]) {
      const application = await start(sink);
      await cluster.produce('in', part);
      await until(() => sink.records.length >= (part.length === 200 ? 200 : COUNT));
      await application.close();
    }
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });

  it('that is new starts at the beginning of its log, behind a group that is at its end', async () => {
    const [first, second] = [memorySink(), memorySink()];
    const before = await start(first);
    await cluster.produce('in', records);
    await until(() => first.records.length >= COUNT);
    await before.close();
    await start(second);
    await until(() => second.records.length >= COUNT);
    expect(second.records.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });

  it('that is idempotent goes on from what the group has committed', async () => {
    const [first, second] = [memorySink({ guarantee: 'idempotent' }), memorySink({ guarantee: 'idempotent' })];
    const before = await start(first);
    await cluster.produce('in', records.slice(0, 200));
    await until(() => first.records.length >= 200);
    await before.close();
    await start(second);
    await cluster.produce('in', records.slice(200));
    await until(() => second.records.length >= COUNT - 200);
    const both = [...first.records, ...second.records];
    expect(both.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });

  it('that is down stops neither the stream nor its commits, and has missed nothing when it is back', async () => {
    let down = true;
    const sink = memorySink({
      onStep: () => {
        if (down) throw new Error('connection refused');
      },
    });
    await start(sink);
    await cluster.produce('in', records);
    await cluster.readUntil('out', (out) => out.length >= COUNT);
    expect(sink.records).toEqual([]);
    down = false;
    await until(() => sink.records.length >= COUNT);
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });

  it('that fails at any step is tried again, and has each record once', async () => {
    let steps = 0;
    const onStep = (): void => {
      if (++steps % 3 === 0) throw new Error('connection reset');
    };
    const sink = memorySink({ batching: { maxRecords: 10, maxDelay: 1 }, onStep });
    await start(sink);
    await cluster.produce('in', records);
    await until(() => sink.records.length >= COUNT);
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });

  it('that is slow is waited for, and holds up nothing else', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sink = memorySink({ batching: { maxRecords: 10 }, onStep: (step) => (step === 'write' ? gate : undefined) });
    const application = await start(sink, { bufferedBytesPerTask: 1_000 });
    await cluster.produce('in', records);
    await cluster.readUntil('out', (out) => out.length >= COUNT);
    expect(application.state).toBe('RUNNING');
    expect(sink.records).toEqual([]);
    release();
    await until(() => sink.records.length >= COUNT);
    expect(sink.records).toHaveLength(COUNT);
  });

  it('passes its lag to the group: nothing is left when all is written', async () => {
    const sink = memorySink();
    const application = await start(sink);
    await cluster.produce('in', records);
    await until(() => sink.records.length >= COUNT);
    const lag = (): number =>
      application
        .tasks()
        .flatMap(({ inputs }) => inputs)
        .reduce((sum, { lagRecords }) => sum + lagRecords, 0);
    await until(() => lag() === 0);
    expect(lag()).toBe(0);
  });
});

describe('a record that the destination does not take', () => {
  const rejects = ({ value }: { readonly value: string | null }): boolean => value?.endsWith('7') ?? false;
  const poison = upperCased.filter((value) => value.endsWith('7'));
  const good = upperCased.filter((value) => !value.endsWith('7'));

  it('becomes a dead letter, as it was read; the others are written once', async () => {
    const sink = memorySink({ rejects, batching: { maxRecords: 30, maxDelay: 1 } });
    await start(sink, { errorPolicies: { production: { deadLetter: 'dlq' } } });
    await cluster.produce('in', records);
    await until(() => sink.records.length >= good.length);
    const dead = await cluster.readUntil('dlq', (found) => found.length >= poison.length);
    expect(dead.map(({ value }) => value).sort()).toEqual([...poison].sort());
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...good].sort());
  });

  it('is passed over where the policy says so', async () => {
    const sink = memorySink({ rejects });
    await start(sink, { errorPolicies: { production: 'skip' } });
    await cluster.produce('in', records);
    await until(() => sink.records.length >= good.length);
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...good].sort());
  });

  it('stops the application without a policy, which names the sink and the place', async () => {
    const application = await start(memorySink({ rejects }));
    await cluster.produce('in', [['k', 'v7']]);
    await until(() => application.state === 'ERROR');
    expect(application.error?.message).toMatch(
      /^sink "memory" failed in task 1_\d at offset 0 of partition \d of "app-memory-sink": not taken$/,
    );
  });
});

describe('two instances', () => {
  it('share the partitions of a sink, and give each record once while one comes and goes', async () => {
    const sink = memorySink({ batching: { maxRecords: 10, maxDelay: 1 } });
    await start(sink);
    await cluster.produce('in', records.slice(0, 100));
    for (let i = 1; i < 5; i++) {
      const other = await start(sink, { instanceId: `b${String(i)}` });
      await other.waitUntilRunning();
      await cluster.produce('in', records.slice(i * 100, i * 100 + 100));
      await other.close({ leaveGroup: true });
    }
    await until(() => sink.records.length >= COUNT);
    expect(sink.records.map(({ value }) => value).sort()).toEqual([...upperCased].sort());
  });
});
