import type { BrokerClient } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import { noMetrics } from '../../observability/metrics.js';
import { ApplicationMetrics } from '../../runtime/application-metrics.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { ChangelogReader } from '../../runtime/restore/changelog-reader.js';
import { RestoreListeners } from '../../runtime/restore/restore-listeners.js';
import type { StateDirectory } from '../../runtime/state-directory.js';
import { openTaskState } from '../../state/open-task-state.js';
import type { ChangelogPosition, StateStore, StoreContext, StoreDefinition } from '../../state/store.js';
import type { TaskState } from '../../state/task-state.js';
import type { BuiltTopology, SubTopology } from '../../topology/node.js';
import type { Clock } from '../../util/time.js';
import { SimulationFailure } from './simulation-failure.js';

export interface StateCheckParts {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly client: BrokerClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Holds that what stands on a disk is a committed prefix of the changelogs: exactly what restoring up to its position gives. */
export class StateCheck {
  readonly #plan: TaskPlan;
  readonly #restore: ChangelogReader;

  constructor(private readonly parts: StateCheckParts) {
    const { applicationId, topology, log } = parts;
    this.#plan = new TaskPlan(applicationId, topology);
    const metrics = new ApplicationMetrics(noMetrics, applicationId);
    this.#restore = new ChangelogReader({ ...parts, metrics, listener: new RestoreListeners(log) });
  }

  /** @throws SimulationFailure for a store that differs */
  async check(directory: StateDirectory): Promise<void> {
    const { applicationId } = this.parts;
    for (const taskId of await directory.storedTasks(applicationId)) {
      const [subTopology = -1, partition = -1] = taskId.split('_').map(Number);
      const found = this.parts.topology.subTopologies.find(({ id }) => id === subTopology);
      if (found !== undefined) await this.#checkTask(directory, taskId, found, partition);
    }
  }

  async #checkTask(directory: StateDirectory, taskId: string, sub: SubTopology, partition: number): Promise<void> {
    const folder = directory.taskFolder(this.parts.applicationId, taskId);
    const { openDatabase } = directory;
    const state = await openTaskState({ ...taskOptions(sub.stores), directory: folder, openDatabase });
    for (const { name, storage } of sub.stores) {
      const topic = this.#plan.changelogOf(sub, name);
      const position = state.changelogPosition(name);
      if (storage !== 'leveldb' || topic === undefined || position === undefined) continue;
      const restored = await this.#restored(sub, name, { topic, partition }, position);
      const [kept, truth] = [await rowsOf(state, name), await rowsOf(restored, name)];
      if (kept === truth) continue;
      throw new SimulationFailure(
        `${directory.path}: store "${name}" of task ${taskId} holds at ${position.offset} of its changelog\n${kept}\n` +
          `where the changelog gives\n${truth}`,
      );
    }
    await state.close();
  }

  async #restored(
    sub: SubTopology,
    store: string,
    changelog: { readonly topic: string; readonly partition: number },
    { topicId, leaderEpoch, offset: endOffset }: ChangelogPosition,
  ): Promise<TaskState> {
    const state = await openTaskState({ ...taskOptions(sub.stores), directory: undefined });
    const range = { store, ...changelog, topicId, leaderEpoch, isInput: false, offset: 0, endOffset };
    await this.#restore.restore({ taskId: 'check', state, changelog: range });
    return state;
  }
}

const CHECKING: StoreContext = {
  taskId: 'check',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};

function taskOptions(definitions: readonly StoreDefinition[]) {
  return { definitions, context: CHECKING, cacheMaxBytes: 0 };
}

/** Every row of a store, one a line. */
async function rowsOf(state: TaskState, name: string): Promise<string> {
  const rows: string[] = [];
  for await (const row of (state.stores.get(name) as Scannable).all()) rows.push(JSON.stringify(row)); // all on disk can
  return rows.join('\n');
}

type Scannable = StateStore & { all(): AsyncIterable<unknown> };
