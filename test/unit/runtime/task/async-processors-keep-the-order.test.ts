import { describe, expect, it } from '@jest/globals';
import { string } from '../../../../src/serde/index.js';
import type { KeyValueStore } from '../../../../src/state/store.js';
import type { ProcessorContext, ProcessorSupplier, Record } from '../../../../src/topology/processor.js';
import { keyValueStore } from '../../../../src/topology/store-definitions.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask, type RunningTask } from './run-task.js';

type Text = Record<string, string>;
type Step = (record: Text, context: ProcessorContext<string, string>) => void | Promise<void>;

const text = { key: string(), value: string() };

function processor(step: Step): ProcessorSupplier<string, string, string, string> {
  return () => {
    let context: ProcessorContext<string, string> | undefined;
    return {
      init: (given) => void (context = given),
      process: (record) => (context === undefined ? undefined : step(record, context)),
    };
  };
}

const later: Step = async (record, context) => {
  await Promise.resolve();
  context.forward(record.withValue(`${record.value}'`));
};
const twice: Step = (record, context) => {
  context.forward(record.withValue(`${record.value}1`).withTimestamp(100));
  context.forward(record.withValue(`${record.value}2`));
};
const onward: Step = (record, context) => {
  context.forward(record);
};

/** Steps one after the other, from `in` to `out`. */
function chain(...steps: readonly Step[]): Topology {
  const topology = new Topology().addSource('p0', { topics: 'in', ...text });
  steps.forEach((step, index) => {
    topology.addProcessor(`p${String(index + 1)}`, processor(step), { parents: `p${String(index)}` });
  });
  return topology.addSink('sink', { topic: 'out', ...text, parents: `p${String(steps.length)}` });
}

async function started(topology: Topology, values: readonly string[]): Promise<RunningTask> {
  const running = await runTask(topology, { inputs: ['in'] });
  values.forEach((value, index) => {
    running.add('in', index, value);
  });
  return running;
}

describe('an asynchronous processor', () => {
  it('makes its task wait before the next record', async () => {
    const { task, written } = await started(chain(later), ['a', 'b']);
    const slice = task.process(10);
    expect(slice).toBeInstanceOf(Promise);
    expect([task.waiting, written('out')]).toEqual([true, []]);
    await slice;
    expect([task.waiting, written('out')]).toEqual([false, ["a'"]]);
  });

  it('sees the next record of its parent only when it is done with the last', async () => {
    const { run, written } = await started(chain(twice, later, onward), ['a', 'b']);
    await run();
    expect(written('out')).toEqual(["a1'", "a2'", "b1'", "b2'"]);
  });

  it('may stand behind another', async () => {
    const { run, written } = await started(chain(later, twice, later, twice, later), ['a']);
    await run();
    expect(written('out')).toEqual(["a'1'1'", "a'1'2'", "a'2'1'", "a'2'2'"]);
  });

  it('holds back its younger siblings', async () => {
    const topology = new Topology()
      .addSource('source', { topics: 'in', ...text })
      .addProcessor('slow', processor(later), { parents: 'source' })
      .addProcessor('fast', processor(onward), { parents: 'source' })
      .addSink('sink', { topic: 'out', ...text, parents: ['slow', 'fast'] });
    const { run, written } = await started(topology, ['a', 'b']);
    await run();
    expect(written('out')).toEqual(["a'", 'a', "b'", 'b']);
  });

  it('keeps the timestamp of its record for what it does afterwards', async () => {
    const seen: number[] = [];
    const look: Step = async (record, context) => {
      await Promise.resolve();
      seen.push(context.recordMetadata()?.offset ?? -1, record.timestamp);
    };
    const { run } = await started(chain(twice, look), ['a', 'b']);
    await run();
    expect(seen).toEqual([0, 100, 0, 0, 1, 100, 1, 1]);
  });

  it('logs what it stores with the timestamp of its record, also behind another', async () => {
    const shift: Step = async (record, context) => {
      await Promise.resolve();
      context.forward(record.withTimestamp(100));
    };
    const keep: Step = async ({ value }, context) => {
      await context.room();
      context.getStateStore<KeyValueStore<string, string>>('last').put('k', value);
    };
    const topology = chain(shift, keep).addStateStore(keyValueStore({ name: 'last', ...text }), 'p2');
    const { run, topics } = await started(topology, ['a']);
    await run();
    topics.publish();
    expect(topics.records('app-last-changelog').map(({ timestamp }) => timestamp)).toEqual([100]);
  });

  it('fails the slice when it rejects', async () => {
    const { task } = await started(
      chain(() => Promise.reject(new RangeError('no'))),
      ['a'],
    );
    await expect(task.process(1)).rejects.toMatchObject({
      code: 'PROCESSING_FAILED',
      context: { node: 'p1', offset: 0 },
    });
    expect(task.waiting).toBe(false);
  });

  it('is waited for when another has failed, and what it forwards then is dropped', async () => {
    let finish = (): void => undefined;
    const slow: Step = async (record, context) => {
      await new Promise<void>((resolve) => (finish = resolve));
      context.forward(record);
    };
    const forwardThenThrow: Step = (record, context) => {
      context.forward(record);
      throw new RangeError('no');
    };
    const { task, written } = await started(chain(forwardThenThrow, slow), ['a']);
    let failed = false;
    const slice = Promise.resolve(task.process(1) as Promise<void>).catch(() => (failed = true));
    await new Promise(setImmediate);
    expect([failed, task.waiting]).toEqual([false, true]);
    finish();
    await slice;
    expect([failed, task.waiting, written('out')]).toEqual([true, false, []]);
  });

  it('refuses to be driven while it waits', async () => {
    const { task } = await started(chain(later), ['a', 'b']);
    const slice = task.process(1);
    expect(() => task.process(1)).toThrow(expect.objectContaining({ code: 'TASK_WAITING' }));
    await slice;
  });
});

describe('an asynchronous punctuator', () => {
  it('makes its task wait, and is scheduled again when it is done', async () => {
    const runs: number[] = [];
    const topology = new Topology().addSource('source', { topics: 'in', ...text }).addProcessor(
      'ticking',
      () => ({
        init: (context) =>
          void context.schedule(10, 'streamTime', async (timestamp) => {
            await Promise.resolve();
            runs.push(timestamp);
          }),
        process: () => undefined,
      }),
      { parents: 'source' },
    );
    const { add, run, task } = await runTask(topology, { inputs: ['in'] });
    for (const timestamp of [5, 6, 15]) add('in', timestamp, 'x');
    const slice = task.process(10);
    expect(task.waiting).toBe(true);
    await slice;
    await run();
    expect(runs).toEqual([5, 15]);
  });
});

describe('a processor that goes on after a promise', () => {
  const inTwoParts: Step = async (record, context) => {
    context.forward(record.withValue('1'));
    context.forward(record.withValue('2'));
    await Promise.resolve();
    context.forward(record.withValue('3'));
  };
  const slowly: Step = async (record, context) => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    context.forward(record);
  };

  it('forwards behind what it forwarded before', async () => {
    const { run, written } = await started(chain(inTwoParts, slowly), ['a']);
    await run();
    expect(written('out')).toEqual(['1', '2', '3']);
  });

  it('gets room only when what it forwarded is processed', async () => {
    const processed: string[] = [];
    const unbounded: Step = async (record, context) => {
      for (let part = 0; part < 3; part++) {
        context.forward(record);
        await context.room();
        processed.push('room');
      }
    };
    const counting: Step = async (record, context) => {
      await slowly(record, context);
      processed.push('done');
    };
    const { run } = await started(chain(unbounded, counting), ['a']);
    await run();
    expect(processed).toEqual(['done', 'room', 'done', 'room', 'done', 'room']);
  });

  it('logs what it stores with the timestamp of its own record, once what it forwarded is processed', async () => {
    const keep: Step = async (record, context) => {
      await Promise.resolve();
      for (const later of [100, 200]) {
        context.forward(record.withTimestamp(later));
        await context.forwarded();
        context.getStateStore<KeyValueStore<string, string>>('last').put(String(later), record.value);
      }
    };
    const topology = chain(keep, slowly).addStateStore(keyValueStore({ name: 'last', ...text }), 'p1');
    const { run, topics } = await started(topology, ['a', 'b']);
    await run();
    topics.publish();
    expect(topics.records('app-last-changelog').map(({ timestamp }) => timestamp)).toEqual([0, 0, 1, 1]);
  });

  it('gets room also when what it forwarded fails, so that the failure can be told', async () => {
    const unbounded: Step = async (record, context) => {
      context.forward(record);
      await context.room();
    };
    const failing: Step = async () => {
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      throw new RangeError('no');
    };
    const { task } = await started(chain(unbounded, failing), ['a']);
    await expect(task.process(1)).rejects.toMatchObject({ context: { node: 'p2' } });
  });
});
