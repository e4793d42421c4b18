import { afterEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import type { FetchedRecords } from '../../../../src/broker/client/client.js';
import type { RecordTracer, TraceStep } from '../../../../src/runtime/trace/record-tracer.js';
import { string } from '../../../../src/serde/index.js';
import { MemorySink } from '../../../../src/testing/memory-sink.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { FollowedApplication } from '../../../support/followed-application.js';
import { testApplication } from '../../../support/running-application.js';

const text = { key: string(), value: string() };
let followed: FollowedApplication;
afterEach(() => followed.close());

/** Upper case by way of a repartition topic, whose keys are the values. */
function rekeyed(): BuiltTopology {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', text).selectKey((value) => value);
  stream.repartition({ name: 'values', ...text }).mapValues((value) => value.toUpperCase()).to('out', text); // prettier-ignore
  return builder.build();
}

/** Names of the headers of all records of a topic of one partition. */
async function headersOf(topic: string): Promise<string[]> {
  const reader = followed.cluster.client().reader({ isolation: 'read_committed', channel: 'fetch' });
  reader.seek({ topic, partition: 0 }, 0);
  let fetched: FetchedRecords | undefined;
  while ((fetched?.records.length ?? 0) === 0) [fetched] = await reader.poll(10);
  await reader.close();
  const { records } = fetched!;
  return Array.from({ length: records.length }, (_, at) => records.headers(at).map(([name]) => name)).flat();
}

describe('a trace', () => {
  it('is carried by records of internal topics, and by no others', async () => {
    followed = await FollowedApplication.start(rekeyed(), { in: 1, out: 1 }, 'a');
    await followed.cluster.produce('in', [['a', 'x'], ['b', 'y']]); // prettier-ignore
    await followed.until(/send out/);
    await followed.cluster.readUntil('out', (records) => records.length === 2);
    expect(await headersOf('app-values-repartition')).toEqual(['millrace-trace']);
    expect(await headersOf('out')).toEqual([]);
  });

  it('goes on at the instance that reads the internal topic', async () => {
    followed = await FollowedApplication.start(rekeyed(), { in: 4, out: 1 }, 'a');
    const others: TraceStep[] = [];
    const tracer: RecordTracer = { id: 'tracer', tryFollow: () => false, take: (step) => void others.push(step) };
    const topology = rekeyed();
    const other = testApplication({ topology, client: followed.cluster.client(), instanceId: 'b' });
    const stop = other.trace(tracer);
    await other.start();
    while (followed.application.tasks().length !== 4 || other.tasks().length !== 4) await followed.cluster.pause();
    await Promise.all([followed.application.waitUntilRunning(), other.waitUntilRunning()]);
    const values = Array.from({ length: 16 }, (_, index) => ['a', `value ${index}`] as const);
    await followed.cluster.produce('in', values);
    await followed.cluster.readUntil('out', (records) => records.length === 16);
    const kinds = [...others.map(({ event }) => event.kind)];
    expect(kinds.filter((kind) => kind === 'read').length).toBeGreaterThan(0);
    expect(followed.lines.filter((line) => line.includes('send out')).length + kinds.filter((kind) => kind === 'send').length).toBe(16); // prettier-ignore
    expect(others.every(({ traceId }) => followed.traces.has(traceId))).toBe(true);
    stop();
    await other.close();
  });

  it('goes on when a call has its outcome', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).mapAsync((value) => Promise.resolve(`${value}!`), { ...text, store: 'calls' }).to('out', text); // prettier-ignore
    followed = await FollowedApplication.start(builder.build(), { in: 1, out: 1 }, 'a');
    await followed.cluster.produce('in', [['b', 'y'], ['a', 'x']]); // prettier-ignore
    const lines = await followed.until(/send out/);
    expect(lines.at(-1)).toBe('0_0 KSTREAM-SINK: send out "a"="x!"');
    expect(lines.filter((line) => line.includes('add calls'))).toHaveLength(1);
  });

  it('ends at the sink that takes the record', async () => {
    const sink = new MemorySink<string, string>();
    const builder = new StreamsBuilder();
    builder.stream('in', text).mapValues((value) => value.toUpperCase()).toSink('memory', sink, text); // prettier-ignore
    followed = await FollowedApplication.start(builder.build(), { in: 1 }, 'a');
    await followed.cluster.produce('in', [['a', 'x']]);
    expect((await followed.until(/send memory/)).at(-1)).toBe('1_0 memory: send memory "a"="X"');
    expect(followed.traces.size).toBe(1);
  });

  it('is no longer told when nobody follows, and stores are then as they were', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).groupByKey().count({ store: 'counts' });
    followed = await FollowedApplication.start(builder.build(), { in: 1 }, 'a');
    const store = followed.application.tasks()[0]!.state!.stores.get('counts')!;
    await followed.cluster.produce('in', [['a', 'x']]);
    await followed.until(/put counts/);
    expect(Object.hasOwn(store, 'put')).toBe(true);
    followed.stop();
    expect(Object.hasOwn(store, 'put')).toBe(false);
    await followed.cluster.readUntil('app-counts-changelog', (records) => records.length === 1);
    const told = followed.lines.length;
    await followed.cluster.produce('in', [['a', 'x']]);
    await followed.cluster.readUntil('app-counts-changelog', (records) => records.length === 2);
    expect(followed.lines).toHaveLength(told);
  });
});
