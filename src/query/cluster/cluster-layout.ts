import type { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { ClusterMember, ClusterView } from '../../runtime/cluster-view.js';

/** Where the tasks of an application are, as of one assignment. */
export class ClusterLayout {
  /** By task: who runs it, then who keeps a replica. */
  readonly #holders = new Map<string, ClusterMember[]>();
  /** By store: its tasks, in the order of their partitions. */
  readonly #tasks = new Map<string, string[]>();

  constructor(
    plan: TaskPlan,
    readonly view: ClusterView,
  ) {
    for (const { id, subTopology } of plan.tasks(new Map(Object.entries(view.partitions)))) {
      for (const { name } of subTopology.stores) added(this.#tasks, name, id);
    }
    for (const member of view.members) for (const task of member.active) added(this.#holders, task, member);
    for (const member of view.members) for (const task of member.standby) added(this.#holders, task, member);
  }

  /** The tasks that hold a store; empty while their number is not known. */
  tasksOf(store: string): readonly string[] {
    return this.#tasks.get(store) ?? [];
  }

  /** Who may answer for a task, the one that is to run it first. */
  holdersOf(task: string): readonly ClusterMember[] {
    return this.#holders.get(task) ?? [];
  }
}

function added<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
