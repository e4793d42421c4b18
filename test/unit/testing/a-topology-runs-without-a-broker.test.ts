import { describe, expect, it } from '@jest/globals';
import { partitionForKey } from '../../../src/broker/client/partitioner.js';
import { string } from '../../../src/serde/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../src/testing/index.js';
import type { ProcessorContext, ProcessorSupplier, Record } from '../../../src/topology/processor.js';
import { Topology } from '../../../src/topology/topology.js';

type Text = Record<string, string>;
type Context = ProcessorContext<string, string>;

const text = { key: string(), value: string() };

/** Forwards what `change` makes of each record. */
function changing(change: (record: Text, context: Context) => Text): ProcessorSupplier<string, string, string, string> {
  return () => {
    let context: Context | undefined;
    return {
      init: (given) => void (context = given),
      process: (record) => {
        if (context !== undefined) context.forward(change(record, context));
      },
    };
  };
}

function copy(): Topology {
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addSink('sink', { topic: 'out', ...text, parents: 'source' });
}

/** `in` → repartition topic `by-value` → `out`, which tells the task and stream time. */
function repartitioning(partitions?: number): Topology {
  const rekey = changing((record) => record.withKey(record.value));
  return new Topology()
    .addRepartitionTopic('by-value', partitions)
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('rekey', rekey, { parents: 'source' })
    .addSink('to', { topic: 'by-value', ...text, parents: 'rekey' })
    .addSource('from', { topics: 'by-value', ...text })
    .addProcessor('tell', changing(withTask), { parents: 'from' })
    .addSink('sink', { topic: 'out', ...text, parents: 'tell' });
}

function withTask(record: Text, context: Context): Text {
  return record.withValue(`${context.taskId} at ${String(context.currentStreamTimeMs())}`);
}

async function started(topology: Topology, options?: TopologyTestDriverOptions) {
  const driver = await TopologyTestDriver.start(topology.build(), options);
  return { driver, input: driver.createInputTopic('in', text), output: driver.createOutputTopic('out', text) };
}

describe('what is piped', () => {
  it('comes out with its key, value, timestamp and headers', async () => {
    const { input, output } = await started(copy());
    const headers = [['trace', Buffer.from('1')]] as const;
    await input.pipe('k', 'v', { timestamp: 7, headers });
    expect(output.read()).toEqual({ key: 'k', value: 'v', timestamp: 7, headers, partition: 0, offset: 0 });
    expect(output.read()).toBeUndefined();
  });

  it('may have a null key and a null value', async () => {
    const { input, output } = await started(copy());
    await input.pipe(null, null);
    expect(output.readKeyValues()).toEqual([[null, null]]);
  });

  it('takes its time from the topic, which starts at the wall clock or where it is told', async () => {
    const { driver, input, output } = await started(copy(), { wallClockMs: 50 });
    await input.pipe('a', 'x');
    const stepping = driver.createInputTopic('in', { ...text, start: 1_000, advance: '1s' });
    await stepping.pipeAll([
      ['b', 'x'],
      ['c', 'x'],
    ]);
    expect(output.readAll().map(({ timestamp }) => timestamp)).toEqual([50, 1_000, 2_000]);
  });

  it('is processed in the order of the calls, also when they are not awaited', async () => {
    const { input, output } = await started(copy());
    await Promise.all(['1', '2', '3'].map((value) => input.pipe('k', value)));
    expect(output.readValues()).toEqual(['1', '2', '3']);
  });

  it('is refused when nothing reads the topic', async () => {
    const { driver } = await started(copy());
    const unread = driver.createInputTopic('inn', text);
    await expect(unread.pipe('k', 'v')).rejects.toMatchObject({ code: 'TOPIC_NOT_READ', hint: 'It reads: in.' });
  });

  it('comes back as the last value of each key in a table', async () => {
    const { input, output } = await started(copy());
    await input.pipeAll([
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['b', null],
    ]);
    expect(output.readTable()).toEqual(new Map([['a', '2']]));
  });

  it('leaves nothing behind if it fails', async () => {
    const fail = changing(() => {
      throw new RangeError('boom');
    });
    const { input, output } = await started(copy().addProcessor('boom', fail, { parents: 'source' }));
    await expect(input.pipe('k', 'v')).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    expect(output.empty).toBe(true);
  });
});

describe('a driver as Kafka Streams has it', () => {
  it('runs all sub-topologies as one task with one stream time', async () => {
    const { driver, input, output } = await started(repartitioning());
    await input.pipe('k', 'a', { timestamp: 9 });
    await input.pipe('k', 'b', { timestamp: 5 });
    expect(output.readKeyValues()).toEqual([
      ['a', '0_0 at 9'],
      ['b', '0_0 at 9'],
    ]);
    expect(driver.topics()).toEqual(['app-by-value', 'out']);
    expect(driver.records('app-by-value').map(({ key }) => key?.toString())).toEqual(['a', 'b']);
  });

  it('feeds what is written to a source topic back in', async () => {
    const tell = changing((record, context) => record.withValue(context.recordMetadata()?.topic ?? ''));
    const topology = copy()
      .addSource('again', { topics: 'out', ...text })
      .addProcessor('tell', tell, { parents: 'again' })
      .addSink('end', { topic: 'end', ...text, parents: 'tell' });
    const { driver, input } = await started(topology);
    await input.pipe('k', 'v');
    expect(driver.createOutputTopic('end', text).readValues()).toEqual(['out']);
  });

  it('takes on topics that match a pattern', async () => {
    const topology = new Topology()
      .addSource('source', { pattern: /in-.*/, ...text })
      .addSink('sink', { topic: 'out', ...text, parents: 'source' });
    const { driver, output } = await started(topology);
    for (const name of ['in-a', 'in-b', 'in-a']) await driver.createInputTopic(name, text).pipe('k', name);
    expect(output.readValues()).toEqual(['in-a', 'in-b', 'in-a']);
  });

  it('runs a wall-clock punctuator once per advance, however far', async () => {
    const ticks: number[] = [];
    const ticking: ProcessorSupplier<string, string> = () => ({
      init: (context) => void context.schedule('1s', 'wallClockTime', (now) => void ticks.push(now)),
      process: () => undefined,
    });
    const { driver } = await started(copy().addProcessor('ticking', ticking, { parents: 'source' }));
    for (const by of ['999ms', '1ms', '5s'] as const) await driver.advanceWallClock(by);
    expect(ticks).toEqual([1_000, 6_000]);
    expect(driver.nowMs).toBe(6_000);
  });
});

describe('a driver with several partitions', () => {
  it('runs a task per sub-topology and partition, and routes records as the partitioner says', async () => {
    const { input, output } = await started(repartitioning(), { partitions: 3 });
    for (const value of ['a', 'b', 'c']) await input.pipe(value, value, { timestamp: 1 });
    const tasks = new Map(output.readAll().map(({ key, value }) => [key, value]));
    for (const key of ['a', 'b', 'c']) {
      expect(tasks.get(key)).toBe(`1_${String(partitionForKey(Buffer.from(key), 3))} at 1`);
    }
  });

  it('keeps the number that the program gives a repartition topic', async () => {
    const { driver, input } = await started(repartitioning(5), { partitions: 2 });
    for (let value = 0; value < 40; value++) await input.pipe('k', String(value));
    expect(new Set(driver.records('app-by-value').map(({ partition }) => partition)).size).toBe(5);
  });

  it('pipes to the partition that is asked for', async () => {
    const { driver, input } = await started(repartitioning(), { partitions: 2, applicationId: 'shop' });
    await input.pipe('k', 'v', { partition: 1 });
    expect(driver.records('shop-by-value')).toHaveLength(1);
    await expect(input.pipe('k', 'v', { partition: 2 })).rejects.toMatchObject({ code: 'TOPIC_NOT_READ' });
  });
});
