import type { StreamsApplication, TaskView } from '../runtime/application.js';
import type { CommittedViews } from './committed-views.js';
import { storeUnavailableError } from './query-errors.js';
import type { ReadableApplication, ReadIsolation, StorePartition } from './readable-application.js';
import { remainingOf } from './restore-remaining.js';

/** A running application as queries see it: committed reads from disk, the others through the tasks' overlays. */
export function readableStreamsApplication(
  application: StreamsApplication,
  views: CommittedViews,
): ReadableApplication {
  const globals = new Set(application.topology.globalStores.map(({ store }) => store.name));
  return {
    id: application.applicationId,
    instanceId: application.instanceId,
    topology: application.topology,
    get state() {
      return application.state;
    },
    tasks: () => application.tasks(),
    standbys: () => application.standbys(),
    async partitions(storeName, isolation) {
      if (globals.has(storeName)) return [{ taskId: 'global', store: application.store(storeName) }];
      const holders = application.tasks().filter(({ stores }) => stores.some(({ name }) => name === storeName));
      return Promise.all(holders.map((task) => open(task, storeName, isolation, views)));
    },
    inputPositions(taskId) {
      const task = application.tasks().find(({ id }) => id === taskId);
      const positions = (task?.inputs ?? []).flatMap(({ topic, partition }) => {
        const offset = task?.state?.inputPosition(`${topic}-${partition}`);
        return offset === undefined ? [] : [[`${topic}-${partition}`, offset] as const];
      });
      return new Map(positions);
    },
  };
}

async function open(
  task: TaskView,
  storeName: string,
  isolation: ReadIsolation,
  views: CommittedViews,
): Promise<StorePartition> {
  const { id: taskId, status, stores, state } = task;
  if (status !== 'running' || !state) {
    const remaining = remainingOf(stores);
    const message = `store "${storeName}" of task ${taskId} is ${status}, ${remaining} changelog records remain`;
    throw storeUnavailableError('RESTORING', storeName, message, remaining);
  }
  const committed =
    isolation === 'committed' ? (await views.view({ ...task, opening: state }))?.stores.get(storeName) : undefined;
  const store = committed ?? state.stores.get(storeName);
  if (!store) throw storeUnavailableError('RESTORING', storeName, `task ${taskId} has not opened "${storeName}" yet`);
  return { taskId, store };
}
