import type { OpenDatabase } from './leveldb/level-database.js';
import { POSITIONS_KEY } from './leveldb/row-keys.js';
import { Positions } from './positions.js';
import type { ChangelogPosition } from './store.js';

/**
 * Where the stores in a task's folder stand in their changelogs, by name; the task is not to be open.
 * @throws MillraceError `STATE_LOCKED`, `STATE_NOT_FOUND`, `STATE_CORRUPTED`, `STATE_DISK_FAILED`
 */
export async function readChangelogPositions(
  directory: string,
  openDatabase: OpenDatabase,
): Promise<ReadonlyMap<string, ChangelogPosition>> {
  const database = await openDatabase(directory, { create: false });
  try {
    return Positions.fromBytes(database.getSync(POSITIONS_KEY)).allChangelogs();
  } finally {
    await database.close();
  }
}
