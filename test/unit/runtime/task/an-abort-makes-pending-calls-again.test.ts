import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { string } from '../../../../src/serde/index.js';
import { ControlledCalls } from '../../../support/controlled-calls.js';
import { runTask, type RunningTask } from './run-task.js';

const text = { key: string(), value: string() };

async function started(calls: ControlledCalls): Promise<RunningTask> {
  const builder = new StreamsBuilder();
  builder.stream('in', text).mapAsync(calls.mapper, { name: 'ask' }).to('out', { value: string() });
  return runTask(builder, { inputs: ['in'] });
}

/** Ends the last call for a value, and has the task take the result. */
async function answer({ run }: RunningTask, calls: ControlledCalls, value: string): Promise<void> {
  calls.made.findLast((call) => call.value === value)?.resolve(`${value}!`);
  await new Promise((resolve) => setImmediate(resolve));
  await run();
}

async function commit({ task }: RunningTask): Promise<ReturnType<RunningTask['task']['prepareCommit']>> {
  while (task.flushSlice(100) !== 'idle');
  const offsets = task.prepareCommit();
  task.state.freeze();
  await task.state.apply({ changelogs: new Map(), inputs: new Map() });
  return offsets;
}

describe('an abort', () => {
  it('makes the calls of committed records again, even if their results were taken; others are read again first', async () => {
    const calls = new ControlledCalls();
    const running = await started(calls);
    running.add('in', 1, 'a', 'k');
    await running.run();
    const offsets = await commit(running);
    running.add('in', 2, 'b', 'l');
    await running.run();
    await answer(running, calls, 'a');

    running.topics.discard();
    running.task.state.abort();
    running.task.reset(new Map(offsets.map((offset) => ['in-0', offset])));
    expect(calls.made[1]?.signal.aborted).toBe(true);
    await answer(running, calls, 'b'); // its call is of the time before
    expect(calls.values).toEqual(['a', 'b', 'a']);
    running.add('in', 2, 'b', 'l');
    await running.run();
    await answer(running, calls, 'b');
    await answer(running, calls, 'a');
    expect(running.written('out')).toEqual(['b!', 'a!']);
    expect(calls.made[2]?.idempotencyKey).toBe(calls.made[0]?.idempotencyKey);
  });
});
