import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { ClusterMember, ClusterView } from '../../runtime/cluster-view.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { Queries } from '../query-methods.js';
import { ClusterLayout } from './cluster-layout.js';

/** Those who answer for an application together. */
export interface ClusterMembers {
  /** What an instance answers for itself; undefined while it cannot be asked. */
  queriesOf(member: Pick<ClusterMember, 'instanceId' | 'endpoint'>): Queries | undefined;
  /** Ids of the instances behind this very endpoint. */
  own(): readonly string[];
  /** What is answered by an instance behind this very endpoint: the one named, else any; undefined: by none now. */
  here(instanceId?: string): Queries | undefined;
}

/** An application whose instances answer for each other. */
export class ClusterApplication {
  readonly #plan: TaskPlan;
  #layout: ClusterLayout | undefined;

  /** @param view the whole application as it is known now; undefined before the first assignment */
  constructor(
    readonly id: string,
    readonly topology: BuiltTopology,
    private readonly view: () => ClusterView | undefined,
  ) {
    this.#plan = new TaskPlan(id, topology);
  }

  /** Where its tasks are now; undefined before the first assignment. */
  layout(): ClusterLayout | undefined {
    const view = this.view();
    if (view === undefined) return undefined;
    if (this.#layout?.view !== view) this.#layout = new ClusterLayout(this.#plan, view);
    return this.#layout;
  }

  /** Whether every instance holds all of a store. */
  isGlobal(storeName: string): boolean {
    return this.topology.globalStores.some(({ store }) => store.name === storeName);
  }
}
