import type { PendingBuffer } from '../../state/pending/pending-store.js';
import type { StateStore } from '../../state/store.js';
import type { PlannedTask } from '../assignment/task-plan.js';
import { TaskStates } from '../task-states.js';
import type { RecordCollector } from '../task/record-collector.js';
import { StreamTask } from '../task/stream-task.js';
import type { EventTime } from './event-time.js';
import type { InProcessTaskOptions } from './in-process-options.js';
import type { InProcessPlan } from './in-process-plan.js';
import { InProcessTask } from './in-process-task.js';

export interface TaskOpenerOptions extends InProcessTaskOptions {
  readonly inProcess: InProcessPlan;
  readonly records: RecordCollector;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly time: EventTime;
}

/** Opens tasks that run without a broker, each with its share of the memory. */
export class TaskOpener {
  readonly states: TaskStates;

  constructor(private readonly options: TaskOpenerOptions) {
    this.states = new TaskStates({ ...options, plan: options.inProcess.plan, logged: false });
  }

  async open(planned: readonly PlannedTask[]): Promise<InProcessTask[]> {
    const tasks: InProcessTask[] = [];
    for (const each of planned) {
      const task = await this.#task(each);
      tasks.push(new InProcessTask(task, pendingBuffers(each, task)));
    }
    return tasks;
  }

  async #task(planned: PlannedTask): Promise<StreamTask> {
    const { id, subTopology, inputs } = planned;
    const { inProcess, records, time } = this.options;
    return new StreamTask({
      ...this.options,
      ...(await this.states.open(planned, inProcess.taskCount)),
      ...{ id, subTopologies: [subTopology], partitions: inputs, collector: records },
      cacheMaxBytes: this.states.cacheShare(inProcess.taskCount),
      committed: new Map(),
      maxTaskIdleMs: -1,
      emitIntervalMs: 0,
      clock: time.asClock,
    });
  }
}

function pendingBuffers({ subTopology }: PlannedTask, { state }: StreamTask): PendingBuffer<unknown>[] {
  const names = subTopology.stores.filter(({ kind }) => kind === 'pendingBuffer').map(({ name }) => name);
  return names.map((name) => state.stores.get(name) as PendingBuffer<unknown>); // what stores of that kind are
}
