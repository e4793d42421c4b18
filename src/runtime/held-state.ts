import type { Logger } from '../observability/log.js';
import type { TaskState } from '../state/task-state.js';
import { readChangelogPositions } from '../state/read-changelog-positions.js';
import type { PlannedTask } from './assignment/task-plan.js';
import type { StateDirectory } from './state-directory.js';

/** State in the folder that no task has open: how far it is, so that its task may come here. */
export class HeldState {
  readonly #positions = new Map<string, number>();

  constructor(
    private readonly applicationId: string,
    private readonly directory: StateDirectory | undefined,
    private readonly log: Logger,
  ) {}

  /** Sum of changelog positions by task; a task is listed until its state was opened. */
  get positions(): ReadonlyMap<string, number> {
    return this.#positions;
  }

  /** Looks at what earlier runs have left. */
  async load(): Promise<void> {
    const { directory, applicationId } = this;
    if (!directory) return;
    const tasks = await directory.storedTasks(applicationId);
    await Promise.all(tasks.map((task) => this.#read(task, directory)));
  }

  /** A replica is handed over to its task, which tells its position itself once it is open. */
  handedOver(taskId: string, position: number): void {
    this.#positions.set(taskId, position);
  }

  opened(taskId: string): void {
    this.#positions.delete(taskId);
  }

  /** The state is deleted. */
  forget(taskId: string): void {
    this.#positions.delete(taskId);
  }

  /** The state of a task is about to be closed. */
  closed({ id, subTopology }: PlannedTask, state: TaskState): void {
    const onDisk = subTopology.stores.filter(({ storage }) => storage === 'leveldb');
    this.#positions.delete(id);
    if (this.directory === undefined || onDisk.length === 0) return;
    this.#positions.set(id, sum(onDisk.map(({ name }) => state.changelogPosition(name)?.offset ?? 0)));
  }

  async #read(task: string, directory: StateDirectory): Promise<void> {
    try {
      const positions = await readChangelogPositions(
        directory.taskFolder(this.applicationId, task),
        directory.openDatabase,
      );
      this.#positions.set(task, sum([...positions.values()].map(({ offset }) => offset)));
    } catch (error) {
      this.log.warn({ err: error, task }, 'state that is left from before cannot be read');
    }
  }
}

function sum(offsets: readonly number[]): number {
  return offsets.reduce((total, offset) => total + offset, 0);
}
