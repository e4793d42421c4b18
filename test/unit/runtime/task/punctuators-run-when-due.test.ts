import { describe, expect, it } from '@jest/globals';
import { string } from '../../../../src/serde/index.js';
import type {
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
} from '../../../../src/topology/processor.js';
import { Topology } from '../../../../src/topology/topology.js';
import { MANUAL_CLOCK_START } from '../../../support/manual-clock.js';
import { runTask } from './run-task.js';

/** Schedules a punctuator of 10 ms in `init`, and notes when it runs. */
function punctuating(type: PunctuationType, runs: number[], cancelAfter = Infinity): Topology {
  const processor: Processor = {
    init(context: ProcessorContext) {
      const schedule = context.schedule(10, type, (timestamp) => {
        runs.push(timestamp);
        if (runs.length === cancelAfter) schedule.cancel();
      });
    },
    process: () => undefined,
  };
  return new Topology()
    .addSource('source', { topics: 'in', key: string(), value: string() })
    .addProcessor('punctuating', () => processor, { parents: 'source' });
}

async function streamTimeRuns(timestamps: readonly number[], cancelAfter?: number): Promise<number[]> {
  const runs: number[] = [];
  const { add, run } = await runTask(punctuating('streamTime', runs, cancelAfter), { inputs: ['in'] });
  for (const timestamp of timestamps) add('in', timestamp, 'x');
  await run();
  return runs;
}

describe('a stream-time punctuator', () => {
  it.each([
    { what: 'runs with the first record', timestamps: [3], runs: [3] },
    { what: 'then runs at each multiple of its interval', timestamps: [3, 9, 10, 19, 20], runs: [3, 10, 20] },
    { what: 'runs once for several intervals that passed', timestamps: [3, 57, 59, 60], runs: [3, 57, 60] },
    { what: 'does not run for a late record', timestamps: [30, 12, 13], runs: [30] },
  ])('$what', async ({ timestamps, runs }) => {
    expect(await streamTimeRuns(timestamps)).toEqual(runs);
  });

  it('may cancel itself', async () => {
    expect(await streamTimeRuns([0, 10, 20, 30], 2)).toEqual([0, 10]);
  });

  it('goes on after a restart where it was committed', async () => {
    const runs: number[] = [];
    const first = await runTask(punctuating('streamTime', runs), { inputs: ['in'] });
    first.add('in', 25, 'x');
    await first.run();
    const committed = new Map(first.task.prepareCommit().map((offset) => ['in-0', offset]));
    const second = await runTask(punctuating('streamTime', runs), { inputs: ['in'], committed });
    second.add('in', 26, 'x');
    second.add('in', 31, 'x');
    await second.run();
    expect(runs).toEqual([25, 31]);
  });
});

describe('a punctuator that is scheduled while a record is processed', () => {
  it('is due at once, since it counts from time 0', async () => {
    const runs: number[] = [];
    const scheduling: ProcessorSupplier<string, string> = () => {
      let schedule = (): void => undefined;
      return {
        init: (context) => {
          schedule = () => void context.schedule(10, 'streamTime', (timestamp) => void runs.push(timestamp));
        },
        process: ({ value }) => {
          if (value === 'schedule') schedule();
        },
      };
    };
    const topology = new Topology()
      .addSource('source', { topics: 'in', key: string(), value: string() })
      .addProcessor('scheduling', scheduling, { parents: 'source' });
    const { add, run } = await runTask(topology, { inputs: ['in'] });
    for (const [at, value] of [
      [4, 'x'],
      [25, 'schedule'],
      [29, 'x'],
      [30, 'x'],
    ] as const)
      add('in', at, value);
    await run();
    expect(runs).toEqual([25, 30]);
  });
});

describe('a wall-clock punctuator', () => {
  it('runs first when its interval has passed, then once each time it is due', async () => {
    const runs: number[] = [];
    const { clock, task } = await runTask(punctuating('wallClockTime', runs), { inputs: ['in'] });
    const ran = [9, 1, 35, 4, 1].map((ms) => {
      clock.advanceSync(ms);
      return task.punctuateWallClock();
    });
    expect(ran).toEqual([false, true, true, false, true]);
    expect(runs.map((at) => at - MANUAL_CLOCK_START)).toEqual([10, 45, 50]);
  });

  it('makes a commit needed', async () => {
    const { clock, task } = await runTask(punctuating('wallClockTime', []), { inputs: ['in'] });
    expect(task.commitNeeded).toBe(false);
    clock.advanceSync(10);
    await task.punctuateWallClock();
    expect(task.commitNeeded).toBe(true);
  });
});
