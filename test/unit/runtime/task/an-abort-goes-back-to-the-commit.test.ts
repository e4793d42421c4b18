import { describe, expect, it } from '@jest/globals';
import { long, string } from '../../../../src/serde/index.js';
import type { KeyValueStore } from '../../../../src/state/store.js';
import type { ProcessorSupplier } from '../../../../src/topology/processor.js';
import { keyValueStore } from '../../../../src/topology/store-definitions.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask, type RunningTask } from './run-task.js';

const text = { key: string(), value: string() };

/** Numbers records by a store, by committed metadata, and by a field of its own. */
const numbering: ProcessorSupplier<string, string, string, string> = () => {
  let own = 0;
  let number: () => string = () => '';
  return {
    init(context) {
      const store = context.getStateStore<KeyValueStore<string, number>>('numbers');
      number = () => {
        const stored = (store.get('n') ?? 0) + 1;
        const committed = (context.metadata.get('numbering') ?? 0) + 1;
        store.put('n', stored);
        context.metadata.put('numbering', committed);
        return `${String(stored)} ${String(committed)} ${String(++own)}`;
      };
    },
    process: (record) => {
      numbers.push(`${record.value}: ${number()}`);
    },
  };
};
let numbers: string[] = [];

async function started(): Promise<RunningTask> {
  numbers = [];
  const topology = new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('number', numbering, { parents: 'source' })
    .addStateStore(keyValueStore({ name: 'numbers', key: string(), value: long() }), 'number');
  return runTask(topology, { inputs: ['in'] });
}

describe('a task that goes back', () => {
  it('has the stores, the metadata and new processors as at the commit', async () => {
    const { add, run, task } = await started();
    add('in', 1, 'a');
    await run();
    const offsets = task.prepareCommit();
    task.state.freeze();
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    add('in', 2, 'b');
    await run();
    task.state.abort();
    task.reset(new Map(offsets.map((offset) => ['in-0', offset])));
    add('in', 2, 'b again');
    await run();
    expect(numbers).toEqual(['a: 1 1 1', 'b: 2 2 2', 'b again: 2 2 1']);
  });
});
