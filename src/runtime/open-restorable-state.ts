import type { Logger } from '../observability/log.js';
import { openTaskState } from '../state/open-task-state.js';
import type { TaskState, TaskStateOptions } from '../state/task-state.js';
import { MillraceError } from '../util/errors.js';
import type { StateDirectory } from './state-directory.js';

/** Whose state it is, and where. */
export interface StateOwner {
  readonly applicationId: string;
  readonly taskId: string;
  /** Undefined: it is in memory. */
  readonly stateDirectory: StateDirectory | undefined;
  /** Whether all that is on disk can be read again from topics. */
  readonly restorable: boolean;
  /** Called when the state was set aside, before it is opened anew: what else it may start from is put in its place. */
  readonly onSetAside?: () => Promise<void>;
  readonly log: Logger;
}

/** Opens the state of a task in its folder. What is damaged there is set aside, if it can be restored. @throws as openTaskState */
export async function openRestorableState(
  owner: StateOwner,
  options: Omit<TaskStateOptions, 'directory' | 'openDatabase'>,
): Promise<TaskState> {
  const { applicationId, taskId, stateDirectory, restorable, log } = owner;
  const directory = stateDirectory?.taskFolder(applicationId, taskId);
  const open = (): Promise<TaskState> =>
    openTaskState({ ...options, directory, openDatabase: stateDirectory?.openDatabase });
  await stateDirectory?.prepare(applicationId);
  try {
    return await open();
  } catch (error) {
    if (stateDirectory === undefined || !isDamaged(error) || !restorable) throw error;
    const aside = await stateDirectory.setAside(applicationId, taskId);
    log.warn({ err: error, task: taskId, directory, aside }, 'damaged state: set aside, to be restored');
    await owner.onSetAside?.();
    return open();
  }
}

function isDamaged(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'STATE_CORRUPTED';
}
