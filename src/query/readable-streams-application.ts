import type { StreamsApplication, TaskView } from '../runtime/application.js';
import type { Clock } from '../util/time.js';
import { positionOf, type CommittedViews } from './committed-views.js';
import { storeUnavailableError } from './query-errors.js';
import type { ReadableApplication, ReadIsolation, StorePartition } from './readable-application.js';
import { isEnding, tasksToRead } from './tasks-to-read.js';

/** A running application as queries see it: committed reads from disk, the others through the tasks' overlays. */
export function readableStreamsApplication(
  application: StreamsApplication,
  views: CommittedViews,
  clock: Pick<Clock, 'nowMs'>,
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
    async partitions(storeName, isolation, scope = {}) {
      if (globals.has(storeName)) return [{ taskId: 'global', store: application.store(storeName) }];
      const held = {
        tasks: application.tasks(),
        standbys: application.standbys(),
        ending: isEnding(application.state),
      };
      const read = tasksToRead(storeName, held, scope, clock.nowMs());
      return Promise.all(read.map((task) => open(task, storeName, isolation, views)));
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
  const { id: taskId, state } = task;
  if (!state) throw storeUnavailableError('RESTORING', storeName, `task ${taskId} has not opened its state yet`);
  const view = isolation === 'committed' ? await views.view({ ...task, opening: state }) : undefined;
  const committed = view?.stores.get(storeName);
  if (view && committed) return { taskId, store: committed, changelogPosition: () => positionOf(view, storeName) };
  const store = state.stores.get(storeName);
  if (!store) throw storeUnavailableError('RESTORING', storeName, `task ${taskId} has not opened "${storeName}" yet`);
  return { taskId, store };
}
