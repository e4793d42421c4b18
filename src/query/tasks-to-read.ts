import type { TaskView } from '../runtime/application.js';
import { storeUnavailableError, tooStale } from './query-errors.js';
import type { ReadScope } from './readable-application.js';
import { remainingOf } from './restore-remaining.js';

/** Tasks as far as it is to be decided which of them are read. */
type Candidate = Pick<TaskView, 'id' | 'status' | 'stores' | 'caughtUpMs'>;

/** What an instance has of the state of tasks. */
export interface HeldTasks<T extends Candidate> {
  readonly tasks: readonly T[];
  /** Replicas of tasks that others run. */
  readonly standbys: readonly T[];
  /** The application ends: others may run its tasks already. */
  readonly ending: boolean;
}

const ENDING: ReadonlySet<string> = new Set(['PENDING_SHUTDOWN', 'NOT_RUNNING']);

/** Whether an application of that state leaves its tasks to others. */
export function isEnding(state: string): boolean {
  return ENDING.has(state);
}

/**
 * The tasks that a read of a store goes over: those that run, and in place of one that does not, as far as the scope allows,
 * what is here of its state.
 * @throws MillraceError of kind `unavailable`: `NOT_ACTIVE`, `RESTORING`, `TOO_STALE`
 */
export function tasksToRead<T extends Candidate>(
  storeName: string,
  held: HeldTasks<T>,
  { tasks: wanted, maxStalenessMs }: ReadScope,
  nowMs: number,
): readonly T[] {
  const holding = held.tasks.filter(({ stores }) => stores.some(({ name }) => name === storeName));
  const ids = wanted ?? holding.map(({ id }) => id);
  return ids.map((id) => {
    const task = holding.find((each) => each.id === id);
    if (task?.status === 'running' && !held.ending) return task;
    const replica = task ?? held.standbys.find((each) => each.id === id);
    if (maxStalenessMs === undefined || replica === undefined) throw notRunning(storeName, id, task);
    const staleMs = nowMs - (replica.caughtUpMs ?? -Infinity);
    if (staleMs > maxStalenessMs) throw tooStale(storeName, id, staleMs);
    return replica;
  });
}

function notRunning(storeName: string, id: string, task: Candidate | undefined): Error {
  if (task === undefined || task.status === 'running') {
    return storeUnavailableError('NOT_ACTIVE', storeName, `task ${id} with store "${storeName}" does not run here`);
  }
  const remaining = remainingOf(task.stores);
  const message = `store "${storeName}" of task ${id} is ${task.status}, ${remaining} changelog records remain`;
  return storeUnavailableError('RESTORING', storeName, message, remaining);
}
