import { describe, expect, it } from '@jest/globals';
import { string } from '../../../../src/serde/index.js';
import { Topology } from '../../../../src/topology/topology.js';
import { logAndSkipOnInvalidTimestamp } from '../../../../src/topology/timestamp-extractors.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };

function merging(topics: readonly string[]): Topology {
  return new Topology()
    .addSource('source', { topics, ...text, timestampExtractor: logAndSkipOnInvalidTimestamp })
    .addSink('sink', { topic: 'out', ...text, parents: 'source' });
}

describe('the order of records in a task', () => {
  it('goes by timestamp over all inputs, and by offset within one', async () => {
    const { add, run, written } = await runTask(merging(['a', 'b']), { inputs: ['a', 'b'] });
    add('a', 10, 'a10');
    add('a', 5, 'a5');
    add('b', 7, 'b7');
    add('b', 11, 'b11');
    await run();
    expect(written('out')).toEqual(['b7', 'a10', 'a5', 'b11']);
  });

  it('has a stream time that never goes back', async () => {
    const { add, run, task } = await runTask(merging(['a']), { inputs: ['a'] });
    expect(task.streamTimeMs).toBe(-1);
    add('a', 10, 'early');
    add('a', 5, 'late');
    await run();
    expect(task.streamTimeMs).toBe(10);
  });

  it('leaves out records with a negative timestamp', async () => {
    const { add, run, task, written } = await runTask(merging(['a']), { inputs: ['a'] });
    add('a', -1, 'never');
    add('a', 3, 'once');
    await run();
    expect(written('out')).toEqual(['once']);
    expect(task.consumedOffsets()[0]?.offset).toBe(2);
  });

  it.each([Number.NaN, Infinity, 1e300, 1.5])('leaves out records whose extractor says %d', async (timestamp) => {
    const topology = new Topology()
      .addSource('source', {
        topics: ['a'],
        ...text,
        timestampExtractor: ({ value }) => (value === 'bad' ? timestamp : 3),
      })
      .addSink('sink', { topic: 'out', ...text, parents: 'source' });
    const { add, run, task, written } = await runTask(topology, { inputs: ['a'] });
    add('a', 1, 'bad');
    add('a', 2, 'good');
    await run();
    expect(written('out')).toEqual(['good']);
    expect(task.streamTimeMs).toBe(3);
  });

  it('takes no more records than asked for', async () => {
    const { add, task, written } = await runTask(merging(['a']), { inputs: ['a'] });
    for (const value of ['1', '2', '3']) add('a', 0, value);
    expect(task.process(2)).toBe('more');
    expect(written('out')).toEqual(['1', '2']);
    expect(task.inputs[0]?.bufferedRecords).toBe(1);
  });
});

describe('an empty input', () => {
  it('is waited for until it was fetched', async () => {
    const { add, caughtUp, task } = await runTask(merging(['a', 'b']), { inputs: ['a', 'b'], maxTaskIdleMs: 0 });
    add('a', 1, 'x');
    expect(task.process(1)).toBe('idle');
    caughtUp('b');
    expect(task.process(1)).toBe('more');
  });

  it('is waited for while the broker has more of it', async () => {
    const { add, caughtUp, task } = await runTask(merging(['a', 'b']), { inputs: ['a', 'b'], maxTaskIdleMs: 0 });
    add('a', 1, 'x');
    caughtUp('b', 3);
    expect(task.process(1)).toBe('idle');
  });

  it('is waited for as long as maxTaskIdle says once it is caught up', async () => {
    const started = await runTask(merging(['a', 'b']), { inputs: ['a', 'b'], maxTaskIdleMs: 100 });
    const { add, caughtUp, clock, task } = started;
    add('a', 1, 'x');
    caughtUp('b');
    expect(task.process(1)).toBe('idle');
    clock.advanceSync(99);
    expect(task.process(1)).toBe('idle');
    clock.advanceSync(1);
    expect(task.process(1)).toBe('more');
  });

  it('is not waited for when maxTaskIdle is -1', async () => {
    const { add, task } = await runTask(merging(['a', 'b']), { inputs: ['a', 'b'], maxTaskIdleMs: -1 });
    add('a', 1, 'x');
    expect(task.process(1)).toBe('more');
  });
});
