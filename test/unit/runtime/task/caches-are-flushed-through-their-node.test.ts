import { describe, expect, it } from '@jest/globals';
import { string } from '../../../../src/serde/index.js';
import type { KeyValueStore } from '../../../../src/state/store.js';
import { Record, type ProcessorSupplier } from '../../../../src/topology/processor.js';
import { keyValueStore } from '../../../../src/topology/store-definitions.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };

/** Puts each record in the cached store `last`; forwards what leaves the cache, as `old>new`. */
const keeping: ProcessorSupplier<string, string, string, string> = () => {
  let last: KeyValueStore<string, string> | undefined;
  return {
    init(context) {
      last = context.getStateStore('last');
      context.onStoreFlush<string, string>('last', (key, newValue, oldValue, timestamp, headers) => {
        context.forward(new Record(key, `${oldValue ?? ''}>${newValue ?? ''}`, timestamp, headers));
      });
    },
    process: ({ key, value }) => last?.put(key, value),
  };
};

function keepingLast(): Topology {
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('keep', keeping, { parents: 'source' })
    .addStateStore(keyValueStore({ name: 'last', ...text, caching: true }), 'keep')
    .addSink('sink', { topic: 'out', ...text, parents: 'keep' });
}

describe('a cached store', () => {
  it('forwards the updates of a key merged, when it is flushed', async () => {
    const { add, run, task, written } = await runTask(keepingLast(), { inputs: ['in'] });
    for (const value of ['1', '2', '3']) add('in', 0, value, 'k');
    await run();
    expect(written('out')).toEqual([]);
    while (task.flushSlice(1) !== 'idle') continue;
    expect(written('out')).toEqual(['>3']);
    expect(written('app-last-changelog')).toEqual(['3']);
  });

  it('is flushed in slices', async () => {
    const { add, run, task, written } = await runTask(keepingLast(), { inputs: ['in'] });
    for (const key of ['a', 'b', 'c']) add('in', 0, key, key);
    await run();
    expect(task.flushSlice(2)).toBe('more');
    expect(written('out')).toEqual(['>a', '>b']);
    expect([task.flushSlice(2), task.flushSlice(2)]).toEqual(['more', 'idle']);
    expect(written('out')).toEqual(['>a', '>b', '>c']);
  });

  it('forwards with the origin of the last update of a key', async () => {
    const origins: unknown[] = [];
    const telling: ProcessorSupplier = () => {
      let offset: (() => unknown) | undefined;
      return {
        init: (context) => void (offset = () => context.recordMetadata()?.offset),
        process: () => void origins.push(offset?.()),
      };
    };
    const topology = keepingLast().addProcessor('tell', telling, { parents: 'keep' });
    const { add, run, task } = await runTask(topology, { inputs: ['in'] });
    for (const key of ['a', 'b', 'c']) add('in', 0, key, key);
    await run();
    while (task.flushSlice(10) !== 'idle') continue;
    expect(origins).toEqual([0, 1, 2]);
  });

  it('forwards with the timestamp and headers of the last update of a key', async () => {
    const { add, run, task, topics } = await runTask(keepingLast(), { inputs: ['in'] });
    const headers = [['h', Buffer.from('1')]] as const;
    add('in', 5, '1', 'k', headers);
    add('in', 3, 'x', 'other');
    await run();
    while (task.flushSlice(10) !== 'idle') continue;
    const first = topics.publish().find(({ topic }) => topic === 'out');
    expect(first).toMatchObject({ timestamp: 5, headers });
  });
});
