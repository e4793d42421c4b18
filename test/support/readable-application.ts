import type { ReadableApplication } from '../../src/query/readable-application.js';
import { json, long, string } from '../../src/serde/index.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { KeyValueStore, TimestampedWindowStore } from '../../src/state/store.js';
import type { TaskState } from '../../src/state/task-state.js';
import { keyValueStore, windowStore } from '../../src/topology/store-definitions.js';
import { Topology } from '../../src/topology/topology.js';

const BALANCES = keyValueStore({ name: 'balances', key: string(), value: long(), storage: 'memory' });
const TOTALS = windowStore({
  name: 'totals',
  key: string(),
  value: json(),
  retention: '1d',
  windowSize: '1m',
  timestamped: true,
  storage: 'memory',
});

/** An application with two tasks that have a key-value store `balances` and a window store `totals`, both empty. */
export class ReadableFixture implements ReadableApplication {
  readonly instanceId = 'here';
  readonly state = 'RUNNING';
  readonly topology = new Topology()
    .addSource('in', { topics: 'in', key: string(), value: string() })
    .addProcessor('count', () => ({ process: () => undefined }), { parents: 'in' })
    .addStateStore(BALANCES, 'count')
    .addStateStore(TOTALS, 'count')
    .build();

  private constructor(
    readonly id: string,
    private readonly states: readonly TaskState[],
  ) {}

  static async open(id = 'bank'): Promise<ReadableFixture> {
    const states = ['0_0', '0_1'].map((taskId) =>
      openTaskState({
        directory: undefined,
        definitions: [BALANCES, TOTALS],
        context: { taskId, recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined },
        cacheMaxBytes: 0,
      }),
    );
    return new ReadableFixture(id, await Promise.all(states));
  }

  balances(task: 0 | 1): KeyValueStore<string, number> {
    return this.states[task]?.stores.get('balances') as KeyValueStore<string, number>;
  }

  totals(task: 0 | 1): TimestampedWindowStore<string, unknown> {
    return this.states[task]?.stores.get('totals') as TimestampedWindowStore<string, unknown>;
  }

  tasks = () => [];
  standbys = () => [];
  partitions = (name: string) =>
    this.states.map(({ stores }, task) => ({ taskId: `0_${task}`, store: stores.get(name)! })); // both are defined above
  inputPositions = (taskId: string) => new Map([[`in-${taskId.slice(2)}`, 7]]);

  async close(): Promise<void> {
    for (const state of this.states) await state.close();
  }
}
