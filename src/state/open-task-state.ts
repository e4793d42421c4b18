import { invalid } from '../util/errors.js';
import { LevelBase } from './leveldb/level-base.js';
import type { LevelDatabase } from './leveldb/level-database.js';
import { databaseError, openDatabase } from './leveldb/level-database.js';
import { RowCache } from './leveldb/row-cache.js';
import { POSITIONS_KEY, numbersKey } from './leveldb/row-keys.js';
import { isOnDisk, StoreCatalog, writersIn, type StoreOnDisk } from './leveldb/store-catalog.js';
import { LocalTaskState } from './local-task-state.js';
import { DEFAULT_MEMORY_BYTES, divideMemory, type MemoryDivision } from './memory-division.js';
import { OverlayMemory } from './overlay/overlay-memory.js';
import { PendingCommit } from './pending-commit.js';
import { Positions } from './positions.js';
import type { StoreDefinition } from './store.js';
import type { StoreHandle, StoreParts } from './store-handle.js';
import { openStoreHandle, resetNumbers } from './store-handle.js';
import type { TaskState, TaskStateOptions } from './task-state.js';
import type { FindWriter } from './writers/stored-values.js';
import type { StoreWriters } from './writers/store-writers.js';

/**
 * Opens the state of a task: its stores over one LevelDB in `directory`, or all in memory without one. Stores whose
 * definition says `memory` are in memory in any case.
 *
 * @throws MillraceError `STATE_LOCKED`, `STATE_CORRUPTED`, `STATE_DISK_FAILED`, `STATE_FORMAT_UNKNOWN`, `STORE_LAYOUT_CHANGED`,
 *   `STORE_MAX_ENTRIES_ON_DISK`
 */
export async function openTaskState(options: TaskStateOptions): Promise<TaskState> {
  options.definitions.forEach(checkDefinition);
  const { directory, maxOpenFiles } = options;
  const onDisk = directory === undefined ? [] : options.definitions.filter(isOnDisk);
  const memory = divideMemory(options.memoryBytes ?? DEFAULT_MEMORY_BYTES);
  if (directory === undefined || onDisk.length === 0) return makeState(options, memory, undefined);
  const open = options.openDatabase ?? openDatabase;
  const database = await open(directory, { memory, maxOpenFiles, create: true });
  try {
    const ids = await claimIds(database, onDisk, options);
    return makeState(options, memory, { database, ids, pending: PendingCommit.open(database, onDisk, ids) });
  } catch (error) {
    await database.close();
    throw databaseError(database.location, 'read', error);
  }
}

/** Where the stores of a task are that are not in memory. */
interface StoresOnDisk {
  readonly database: LevelDatabase;
  /** By store name. */
  readonly ids: ReadonlyMap<string, number>;
  readonly pending: PendingCommit | undefined;
}

function makeState(options: TaskStateOptions, division: MemoryDivision, onDisk: StoresOnDisk | undefined): TaskState {
  const { definitions, context, cacheMaxBytes } = options;
  const memory = new OverlayMemory();
  const cache = new RowCache(division.rowCacheBytes);
  const parts: StoreParts = {
    memory,
    context,
    cacheMaxBytes,
    writersOf: ({ name }) => findWriter(options.writers?.of(name), onDisk?.database, onDisk?.ids.get(name)),
    baseOnDisk({ name }, layout) {
      const id = onDisk?.ids.get(name);
      return onDisk === undefined || id === undefined ? undefined : new LevelBase(onDisk.database, id, layout, cache);
    },
  };
  const handles = definitions.map((definition) => openStoreHandle(definition, parts));
  if (onDisk !== undefined) for (const handle of handles) readNumbers(handle, onDisk);
  return new LocalTaskState({
    taskId: context.taskId,
    handles,
    memory,
    cacheMaxBytes,
    positions: Positions.fromBytes(onDisk?.database.getSync(POSITIONS_KEY)),
    database: onDisk?.database,
    pending: onDisk?.pending,
    storeIds: onDisk?.ids ?? new Map<string, number>(),
    writers: options.writers,
  });
}

/** Asks what the application knows, then the database. */
function findWriter(
  known: StoreWriters | undefined,
  database: LevelDatabase | undefined,
  id: number | undefined,
): FindWriter {
  const inDatabase = database === undefined || id === undefined ? undefined : writersIn(database, id);
  return (fingerprint) => known?.find(fingerprint) ?? inDatabase?.(fingerprint);
}

async function claimIds(
  database: LevelDatabase,
  definitions: readonly StoreOnDisk[],
  { writers, discardsUnlogged: discard = false }: TaskStateOptions,
): Promise<ReadonlyMap<string, number>> {
  const catalog = await StoreCatalog.read(database);
  const ids = new Map<string, number>();
  for (const definition of definitions) {
    const schemasAreKnown = writers?.of(definition.name) !== undefined;
    ids.set(definition.name, await catalog.claim(definition, { schemasAreKnown, discard }));
  }
  return ids;
}

/** Reads the numbers that were committed with the rows. */
function readNumbers({ store, numbers }: StoreHandle, { database, ids }: StoresOnDisk): void {
  const id = ids.get(store.name);
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
