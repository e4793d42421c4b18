import type { TaskView } from '../runtime/application.js';
import type {
  ChangelogPosition,
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  StateStore,
} from '../state/store.js';
import type { BuiltTopology } from '../topology/node.js';

/** Which writes a read sees; see `Isolation` in read_options.proto. */
export type ReadIsolation = 'committed' | 'uncommitted';

/** Which parts of a store a read is of. */
export interface ReadScope {
  /** Default: those of all tasks that this instance runs. */
  readonly tasks?: readonly string[];
  /** Milliseconds that a replica may be behind which is read where the task itself does not run. Default: none is read. */
  readonly maxStalenessMs?: number;
}

/** The part of a store that belongs to one task, readable. */
export interface StorePartition {
  /** `<sub-topology>_<partition>`; `global` for a global store. */
  readonly taskId: string;
  readonly store: StateStore;
  /** Where what is committed on disk stands in the changelog, now; absent where it is not known beside the rows. */
  readonly changelogPosition?: () => ChangelogPosition | undefined;
}

/** What queries need of a running application. */
export interface ReadableApplication {
  readonly id: string;
  readonly instanceId: string;
  readonly topology: BuiltTopology;
  /** State of the application, such as `running`. */
  readonly state: string;
  tasks(): readonly TaskView[];
  /** Replicas of tasks that others run; empty where they are not known. */
  standbys(): readonly TaskView[];
  /**
   * A store's partitions on this instance, ordered by task.
   * @throws MillraceError of kind `unavailable` while the store is restored or its tasks move
   */
  partitions(
    storeName: string,
    isolation: ReadIsolation,
    scope?: ReadScope,
  ): readonly StorePartition[] | Promise<readonly StorePartition[]>;
  /** Resolves when the serdes of its stores can read, where others write them. */
  prepareSerdes?(): Promise<void>;
  /** Input offsets that a task's answers include, by `topic-partition`; empty while unknown. */
  inputPositions(taskId: string): ReadonlyMap<string, number>;
}

/** A key-value store whose types are known to its serdes only. */
export type AnyKeyValueStore = ReadOnlyKeyValueStore<unknown, unknown>;
/** A window store whose types are known to its serdes only. */
export type AnyWindowStore = ReadOnlyWindowStore<unknown, unknown>;
/** A session store whose types are known to its serdes only. */
export type AnySessionStore = ReadOnlySessionStore<unknown, unknown>;
/** A versioned store whose types are known to its serdes only. */
export type AnyVersionedStore = ReadOnlyVersionedKeyValueStore<unknown, unknown>;
