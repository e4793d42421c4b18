import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { WatchedTopic } from './changelog-source.js';

/** The topic that a store of an application is changed by; undefined without one. */
export function watchedTopic(applicationId: string, topology: BuiltTopology, store: string): WatchedTopic | undefined {
  const global = topology.globalStores.find(({ store: { name } }) => name === store);
  if (global !== undefined) {
    const [topic = ''] = global.source.topics; // a global store reads one topic, whatever the group has committed
    return { topic, group: undefined, writtenByOthers: true };
  }
  const owner = topology.subTopologies.find(({ stores }) => stores.some(({ name }) => name === store));
  if (owner === undefined) return undefined;
  const topic = new TaskPlan(applicationId, topology).changelogOf(owner, store);
  if (topic === undefined) return undefined;
  const isInput = owner.sourceChangelogs.has(store);
  return { topic, group: isInput ? applicationId : undefined, writtenByOthers: isInput };
}
