import type { ChangelogPosition, StateStore } from '../../state/store.js';
import { openTaskState } from '../../state/open-task-state.js';
import { GlobalTask } from '../task/global-task.js';
import { TaskContext } from '../task/task-context.js';
import type { RecordCollector } from '../task/record-collector.js';
import type { DrivenGlobals } from './driven-globals.js';
import type { InProcessTaskOptions } from './in-process-options.js';
import { fetchedChunk, RecordChunk } from './record-chunk.js';
import type { StoredRecord } from './stored-record.js';

interface OpenGlobal {
  readonly topics: ReadonlySet<string>;
  readonly task: GlobalTask;
}

/** The global stores of a topology, in this thread. */
export class InProcessGlobals implements DrivenGlobals {
  /** By name. */
  readonly stores = new Map<string, StateStore>();
  readonly #globals: OpenGlobal[] = [];
  readonly #nextOffsets = new Map<string, number>();

  static async open(options: InProcessTaskOptions, collector: RecordCollector): Promise<InProcessGlobals> {
    const globals = new InProcessGlobals();
    const { applicationId, topology, metrics, stateDirectory, stateMemoryBytes } = options;
    for (const globalStore of topology.globalStores) {
      const taskId = `global-${globalStore.store.name}`;
      const context = new TaskContext({ taskId, applicationId, partition: 0, subTopologies: [], collector, metrics });
      const state = await openTaskState({
        directory: stateDirectory?.taskFolder(applicationId, taskId),
        openDatabase: stateDirectory?.openDatabase,
        definitions: [globalStore.store],
        context,
        cacheMaxBytes: 0,
        memoryBytes: stateMemoryBytes,
      });
      const task = new GlobalTask({ ...options, globalStore, state, context });
      globals.#globals.push({ topics: new Set(globalStore.source.topics), task });
      for (const [name, store] of state.stores) globals.stores.set(name, store);
      task.initialize();
    }
    return globals;
  }

  read(topic: string): boolean {
    return this.#globals.some(({ topics }) => topics.has(topic));
  }

  async update(topic: string, record: StoredRecord): Promise<void> {
    const { partition, key, value, timestamp, headers } = record;
    const place = `${topic}-${String(partition)}`;
    const chunk = new RecordChunk(this.#nextOffsets.get(place) ?? 0);
    chunk.add(key, value, timestamp, headers);
    this.#nextOffsets.set(place, chunk.nextOffset);
    for (const { topics, task } of this.#globals) {
      if (topics.has(topic)) await task.update(fetchedChunk({ topic, partition }, chunk));
    }
  }

  flush(): Promise<void> {
    return Promise.resolve(); // each record is visible at once
  }

  async commit(): Promise<void> {
    for (const { task } of this.#globals) {
      task.state.freeze();
      await task.state.apply({ changelogs: new Map<string, ChangelogPosition>(), inputs: task.positions });
    }
  }

  async close(): Promise<void> {
    for (const { task } of this.#globals.splice(0)) {
      task.close();
      await task.state.close();
    }
  }
}
