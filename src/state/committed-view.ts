import { LevelBase } from './leveldb/level-base.js';
import type { LevelDatabase } from './leveldb/level-database.js';
import { openDatabase } from './leveldb/level-database.js';
import { POSITIONS_KEY, numbersKey } from './leveldb/row-keys.js';
import { isOnDisk, StoreCatalog, writersIn } from './leveldb/store-catalog.js';
import { OverlayMemory } from './overlay/overlay-memory.js';
import { Positions } from './positions.js';
import type {
  ChangelogPosition,
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  StoreContext,
  StoreDefinition,
} from './store.js';
import type { StoreHandle, StoreParts } from './store-handle.js';
import { openStoreHandle, resetNumbers } from './store-handle.js';

/** A store of a {@link CommittedView}; its `definition.kind` tells which. */
export type CommittedStore =
  | ReadOnlyKeyValueStore<unknown, unknown>
  | ReadOnlyWindowStore<unknown, unknown>
  | ReadOnlySessionStore<unknown, unknown>
  | ReadOnlyVersionedKeyValueStore<unknown, unknown>;

/**
 * What a task has committed, for reading beside it: in another thread of the process, or after it has ended. Reads see
 * the last commit at once; a scan sees the one at its call. Expiry and positions are those of the last `refresh`.
 */
export interface CommittedView {
  /** The stores on disk, by name; one that the task has not made yet is missing. */
  readonly stores: ReadonlyMap<string, CommittedStore>;
  /** Reads observed times and positions again; one point read, and one per store. */
  refresh(): void;
  changelogPosition(storeName: string): ChangelogPosition | undefined;
  /** By `topic-partition`: the next input offset. */
  readonly inputPositions: ReadonlyMap<string, number>;
  /** Gives the database back; it stays open for whoever else has it. */
  close(): Promise<void>;
}

/**
 * Opens the committed state in a task's folder, while its task has it open or not.
 * @throws MillraceError `STATE_NOT_FOUND`, `STATE_LOCKED` (another process has it), `STATE_CORRUPTED`
 */
export async function openCommittedView(
  directory: string,
  definitions: readonly StoreDefinition[],
): Promise<CommittedView> {
  const database = await openDatabase(directory, { create: false });
  try {
    const catalog = await StoreCatalog.read(database);
    const handles = definitions.filter(isOnDisk).flatMap((definition) => {
      const id = catalog.find(definition.name);
      return id === undefined ? [] : [{ id, handle: openHandle(database, definition, id) }];
    });
    return new LevelCommittedView(database, handles);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function openHandle(database: LevelDatabase, definition: StoreDefinition, id: number): StoreHandle {
  const parts: StoreParts = {
    memory: new OverlayMemory(),
    context: READING,
    cacheMaxBytes: 0,
    writersOf: () => writersIn(database, id),
    baseOnDisk: (_definition, layout) => new LevelBase(database, id, layout),
  };
  return openStoreHandle(definition, parts);
}

/** Nothing is processed and nothing is logged here. */
const READING: StoreContext = {
  taskId: '',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};

class LevelCommittedView implements CommittedView {
  readonly stores: ReadonlyMap<string, CommittedStore>;
  private positions = new Positions();

  constructor(
    private readonly database: LevelDatabase,
    private readonly handles: readonly { readonly id: number; readonly handle: StoreHandle }[],
  ) {
    this.stores = new Map(handles.map(({ handle: { store } }) => [store.name, store as CommittedStore])); // kinds of openStoreHandle
    this.refresh();
  }

  get inputPositions(): ReadonlyMap<string, number> {
    return this.positions.allInputs();
  }

  refresh(): void {
    this.positions = Positions.fromBytes(this.database.getSync(POSITIONS_KEY));
    for (const { id, handle } of this.handles) {
      const bytes = this.database.getSync(numbersKey(id));
      if (bytes !== undefined) resetNumbers(handle.numbers, bytes);
    }
  }

  changelogPosition(storeName: string): ChangelogPosition | undefined {
    return this.positions.changelog(storeName);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}
