import { partitionKey, type Admin } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import type { PlannedTask, TaskPlan } from '../assignment/task-plan.js';
import type { Patience } from '../patience.js';
import type { StateDirectory } from '../state-directory.js';
import { loadSnapshot } from './load-snapshot.js';
import type { SnapshotManifest } from './snapshot-manifest.js';
import type { SnapshotStorage } from './snapshot-storage.js';
import { TaskSnapshots } from './task-snapshots.js';

export interface SnapshotStartOptions {
  readonly applicationId: string;
  readonly plan: TaskPlan;
  readonly admin: Pick<Admin, 'describeTopics' | 'listOffsets' | 'committedOffsets'>;
  readonly storage: SnapshotStorage;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the broker knows of the changelog of a store. */
interface KnownChangelog {
  readonly topicId: string | undefined;
  readonly start: number;
  /** Of a topic that the task itself reads, what the group has committed. */
  readonly end: number;
}

/**
 * Gives a task that has no state on this machine that of its newest snapshot, so that only the tail of its changelogs is left
 * to be read. A snapshot is passed over, and the log says why, when a changelog no longer holds its position or is another
 * topic, and when its files are not what was written; then the next older one is tried. Without one the task is restored
 * from the beginning of its changelogs.
 */
export class SnapshotStart {
  constructor(private readonly options: SnapshotStartOptions) {}

  /** @param goOn false: the task was given up meanwhile */
  async prepare(task: PlannedTask, directory: StateDirectory, goOn: () => boolean): Promise<void> {
    const { applicationId, storage, clock, log } = this.options;
    const topics = this.#changelogs(task);
    if (topics === undefined || (await directory.storedTasks(applicationId)).includes(task.id)) return;
    const snapshots = new TaskSnapshots(storage, applicationId, task.id);
    const start = clock.monotonicMs();
    try {
      for (const path of await snapshots.list()) {
        const snapshot = await this.#usable(snapshots, path, task, topics);
        if (!goOn()) return;
        if (snapshot === undefined || !(await this.#load(snapshot, path, task, directory, goOn))) continue;
        const rows = snapshot.files.reduce((sum, file) => sum + file.rows, 0);
        log.info({ task: task.id, snapshot: path, rows, ms: Math.round(clock.monotonicMs() - start) }, 'starts from a snapshot'); // prettier-ignore
        return;
      }
    } catch (error) {
      log.warn({ err: error, task: task.id }, 'snapshots cannot be read: restoring from the changelogs');
    }
  }

  /** Topics by store on disk; undefined where a store has none: what it held since the snapshot would be lost. */
  #changelogs({ subTopology }: PlannedTask): ReadonlyMap<string, string> | undefined {
    const topics = new Map<string, string>();
    for (const { name, storage } of subTopology.stores) {
      if (storage !== 'leveldb') continue;
      const topic = this.options.plan.changelogOf(subTopology, name);
      if (topic === undefined) return undefined;
      topics.set(name, topic);
    }
    return topics.size === 0 ? undefined : topics;
  }

  async #usable(
    snapshots: TaskSnapshots,
    path: string,
    task: PlannedTask,
    topics: ReadonlyMap<string, string>,
  ): Promise<SnapshotManifest | undefined> {
    const { patience, log } = this.options;
    try {
      const snapshot = await snapshots.read(path);
      const known = await patience.retry('looking at changelogs', () => this.#look(task, topics));
      const misfit = misfitOf(snapshot, known);
      if (misfit === undefined) return snapshot;
      log.warn(
        { task: task.id, snapshot: path, ...misfit },
        'a snapshot is passed over: the changelog does not hold it',
      );
    } catch (error) {
      if (!isUnusable(error)) throw error;
      log.warn({ err: error, task: task.id, snapshot: path }, 'a snapshot is passed over');
    }
    return undefined;
  }

  async #load(
    snapshot: SnapshotManifest,
    path: string,
    { id }: PlannedTask,
    directory: StateDirectory,
    goOn: () => boolean,
  ): Promise<boolean> {
    const { applicationId, storage, log } = this.options;
    try {
      return await directory.makeTask(applicationId, id, (folder) =>
        loadSnapshot(storage, snapshot, folder, directory.openDatabase, goOn),
      );
    } catch (error) {
      if (!isUnusable(error)) throw error;
      log.warn({ err: error, task: id, snapshot: path }, 'a snapshot is passed over');
      return false;
    }
  }

  async #look(task: PlannedTask, topics: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, KnownChangelog>> {
    const { admin, applicationId } = this.options;
    const partitions = [...topics.values()].map((topic) => ({ topic, partition: task.partition }));
    const inputs = [...task.subTopology.sourceChangelogs.keys()].flatMap((store) => {
      const topic = topics.get(store);
      return topic === undefined ? [] : [{ topic, partition: task.partition }];
    });
    const [found, starts, ends, committed] = await Promise.all([
      admin.describeTopics([...topics.values()]),
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest', 'read_uncommitted'),
      admin.committedOffsets(applicationId, inputs),
    ]);
    return new Map(
      [...topics].map(([store, topic]): [string, KnownChangelog] => {
        const key = partitionKey({ topic, partition: task.partition });
        const isInput = task.subTopology.sourceChangelogs.has(store);
        const end = isInput ? committed.get(key)?.offset : ends.get(key);
        return [store, { topicId: found.get(topic)?.topicId, start: starts.get(key) ?? 0, end: end ?? 0 }];
      }),
    );
  }
}

/** The first store whose position its changelog does not hold. */
function misfitOf(
  { changelogs }: SnapshotManifest,
  known: ReadonlyMap<string, KnownChangelog>,
): Readonly<Record<string, unknown>> | undefined {
  for (const [store, { topicId, offset }] of Object.entries(changelogs)) {
    const log = known.get(store);
    if (log === undefined) continue; // the topology has it no more
    if (log.topicId === topicId && log.start <= offset && offset <= log.end) continue;
    return { store, topicId, offset, found: log };
  }
  return undefined;
}

function isUnusable(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'SNAPSHOT_UNUSABLE';
}
