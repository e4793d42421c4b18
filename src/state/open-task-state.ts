import { invalid } from '../util/errors.js';
import { LevelBase } from './leveldb/level-base.js';
import type { LevelDatabase } from './leveldb/level-database.js';
import { databaseError, openDatabase } from './leveldb/level-database.js';
import { RowCache } from './leveldb/row-cache.js';
import { POSITIONS_KEY, numbersKey } from './leveldb/row-keys.js';
import { StoreCatalog } from './leveldb/store-catalog.js';
import { LocalTaskState } from './local-task-state.js';
import { DEFAULT_MEMORY_BYTES, divideMemory } from './memory-division.js';
import { OverlayMemory } from './overlay/overlay-memory.js';
import { PendingCommit } from './pending-commit.js';
import { Positions } from './positions.js';
import type { StoreDefinition } from './store.js';
import type { StoreHandle, StoreParts } from './store-handle.js';
import { openStoreHandle, resetNumbers } from './store-handle.js';
import type { TaskState, TaskStateOptions } from './task-state.js';

/**
 * Opens the state of a task: its stores over one LevelDB in `directory`, or all in memory without one. Stores whose
 * definition says `memory` are in memory in any case.
 *
 * @throws MillraceError `STATE_LOCKED`, `STATE_CORRUPTED`, `STATE_DISK_FAILED`, `STATE_FORMAT_UNKNOWN`, `STORE_LAYOUT_CHANGED`,
 *   `STORE_MAX_ENTRIES_ON_DISK`
 */
export async function openTaskState(options: TaskStateOptions): Promise<TaskState> {
  options.definitions.forEach(checkDefinition);
  const { directory, definitions, cacheMaxBytes } = options;
  const division = divideMemory(options.memoryBytes ?? DEFAULT_MEMORY_BYTES);
  const onDisk = directory === undefined ? [] : definitions.filter(({ storage }) => storage === 'leveldb');
  const database =
    directory === undefined || onDisk.length === 0
      ? undefined
      : await (options.openDatabase ?? openDatabase)(directory, {
          memory: division,
          maxOpenFiles: options.maxOpenFiles,
          create: true,
        });
  try {
    const storeIds = database === undefined ? new Map<string, number>() : await claimIds(database, onDisk);
    const memory = new OverlayMemory();
    const cache = new RowCache(division.rowCacheBytes);
    const parts: StoreParts = {
      memory,
      context: options.context,
      cacheMaxBytes,
      baseOnDisk({ name }, layout) {
        const id = storeIds.get(name);
        return database === undefined || id === undefined ? undefined : new LevelBase(database, id, layout, cache);
      },
    };
    const handles = definitions.map((definition) => openStoreHandle(definition, parts));
    if (database !== undefined) for (const handle of handles) readNumbers(handle, database, storeIds);
    const positions = Positions.fromBytes(database?.getSync(POSITIONS_KEY));
    return new LocalTaskState({
      taskId: options.context.taskId,
      handles,
      memory,
      cacheMaxBytes,
      positions,
      database,
      pending: database && PendingCommit.open(database, onDisk, storeIds),
      storeIds,
    });
  } catch (error) {
    await database?.close();
    throw database === undefined ? error : databaseError(database.location, 'read', error);
  }
}

async function claimIds(
  database: LevelDatabase,
  definitions: readonly StoreDefinition[],
): Promise<ReadonlyMap<string, number>> {
  const catalog = await StoreCatalog.read(database);
  const ids = new Map<string, number>();
  for (const definition of definitions) ids.set(definition.name, await catalog.claim(definition));
  return ids;
}

/** Reads the numbers that were committed with the rows. */
function readNumbers(
  { store, numbers }: StoreHandle,
  database: LevelDatabase,
  storeIds: ReadonlyMap<string, number>,
): void {
  const id = storeIds.get(store.name);
  if (id === undefined) return;
  const bytes = database.getSync(numbersKey(id));
  if (bytes !== undefined) resetNumbers(numbers, bytes);
}

function checkDefinition(definition: StoreDefinition): void {
  if (definition.kind !== 'keyValue' || definition.maxEntries === undefined || definition.storage === 'memory') return;
  throw invalid(
    'STORE_MAX_ENTRIES_ON_DISK',
    `The store "${definition.name}" has maxEntries ${definition.maxEntries} but storage "leveldb"`,
    { hint: 'A store that drops entries is kept in memory: set storage to "memory".' },
  );
}
