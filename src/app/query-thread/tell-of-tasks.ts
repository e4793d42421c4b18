import type { StreamsApplication, TaskView } from '../../runtime/application.js';
import type { TaskState } from '../../state/task-state.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import type { TaskSnapshot, ToQueryThread } from './thread-messages.js';

/** How often the query thread is told how far replicas are; they count as older by so much at most. */
const REPLICAS_MS = 250;

/**
 * Tells the query thread of tasks, replicas and the group: now, at every change, and of replicas again and again. The returned
 * function ends it.
 */
export function tellOfTasks(
  applications: readonly StreamsApplication[],
  send: (message: ToQueryThread) => void,
  clock: Pick<Clock, 'schedule'>,
): () => void {
  const openings = new Openings();
  const tell = (): void => {
    const snapshots = applications.map((application) => {
      const { applicationId: id, state } = application;
      const snapshot = (task: TaskView): TaskSnapshot => openings.snapshot(id, task);
      const [tasks, standbys] = [application.tasks().map(snapshot), application.standbys().map(snapshot)];
      return { id, state, tasks, standbys, cluster: application.cluster() };
    });
    send({ type: 'applications', applications: snapshots });
  };
  tell();
  const stops = applications.flatMap((application) => [
    application.onStateChange(tell),
    application.onTasksChange(tell),
    application.onRestore({ onRestoreEnd: tell }),
  ]);
  let cancel: CancelTimer = () => undefined;
  const tellOfReplicas = (): void => {
    for (const application of applications) {
      const times = application.standbys().flatMap(({ id, caughtUpMs }) => (caughtUpMs === undefined ? [] : [[id, caughtUpMs] as const])); // prettier-ignore
      if (times.length > 0) send({ type: 'caughtUp', application: application.applicationId, times: Object.fromEntries(times) }); // prettier-ignore
    }
    cancel = clock.schedule(REPLICAS_MS, tellOfReplicas, { unref: true });
  };
  tellOfReplicas();
  return () => {
    cancel();
    for (const stop of stops) stop();
  };
}

/** Numbers the openings of tasks' states: a state itself stays in its thread. */
class Openings {
  readonly #known = new Map<string, { readonly state: TaskState | undefined; readonly opening: number }>();

  snapshot(applicationId: string, { state, ...task }: TaskView): TaskSnapshot {
    const key = `${applicationId} ${task.id}`;
    const known = this.#known.get(key);
    if (known && known.state === state) return { ...task, opening: known.opening };
    const opening = (known?.opening ?? 0) + 1;
    this.#known.set(key, { state, opening });
    return { ...task, opening };
  }
}
