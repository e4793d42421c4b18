import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { string } from '../../../src/serde/index.js';
import { databaseError, openDatabase, type OpenDatabase } from '../../../src/state/leveldb/level-database.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { KeyValueStore, StoreDefinition } from '../../../src/state/store.js';
import type { TaskState } from '../../../src/state/task-state.js';
import type { Database, DatabaseOperation } from '../../../src/util/database.js';

const definition: StoreDefinition = {
  kind: 'keyValue',
  name: 'store',
  keySerde: string(),
  valueSerde: string(),
  storage: 'leveldb',
  caching: false,
  logging: { topicConfig: {} },
  timestamped: false,
};
const context = {
  taskId: '0_0',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};

const root = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const open = (directory: string, openWith?: OpenDatabase): Promise<TaskState> =>
  openTaskState({ directory, definitions: [definition], context, cacheMaxBytes: 0, openDatabase: openWith });

const commit = async (state: TaskState): Promise<void> => {
  (state.stores.get('store') as KeyValueStore<string, string>).put('a', '1'); // as defined
  state.freeze();
  await state.apply({ changelogs: new Map(), inputs: new Map() });
};

/** A database whose batches fail as LevelDB's do on a full disk. */
const onFullDisk: OpenDatabase = async (directory, options) => {
  const database = await openDatabase(directory, options);
  const batch: Database['batch'] = database.batch.bind(database);
  const full = (): Promise<void> =>
    Promise.reject(new Error(`IO error: ${join(directory, '000005.log')}: No space left on device`));
  return Object.assign(database, {
    batch: (operations?: DatabaseOperation[]) =>
      operations === undefined ? Object.assign(batch(), { write: full }) : batch(operations),
  });
};

describe('what goes wrong with the state on disk', () => {
  it.each([
    'IO error: /state/0_0/000005.log: No space left on device',
    'IO error: /state/0_0/000005.log: Disk quota exceeded',
    'IO error: /state/0_0/LOG: Permission denied',
    'IO error: /state/0_0/LOCK: Read-only file system',
    'IO error: /state/0_0/000007.ldb: Too many open files',
    'IO error: /state/0_0/000007.ldb: Input/output error',
  ])('is the machine’s fault: %s', (reason) => {
    expect(databaseError('/state/0_0', 'read', new Error(reason))).toMatchObject({
      code: 'STATE_DISK_FAILED',
      kind: 'invalid',
      message: `The state in "/state/0_0" can not be read: ${reason}`,
    });
  });

  it('is a full disk, which stops the commit', async () => {
    const state = await open(join(root, 'full'), onFullDisk);
    await expect(commit(state)).rejects.toMatchObject({ code: 'STATE_DISK_FAILED', kind: 'invalid' });
    await state.close();
  });

  it('is a damaged file, from which the state is to be restored', async () => {
    const directory = join(root, 'damaged');
    const state = await open(directory);
    await commit(state);
    await state.close();
    const manifest = readdirSync(directory).find((name) => name.startsWith('MANIFEST')) ?? '';
    writeFileSync(join(directory, manifest), 'no manifest');
    await expect(open(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPTED', kind: 'data' });
  });

  it('keeps its own code where it is known already', () => {
    const known = databaseError('/state/0_0', 'written', new Error('Corruption: bad block'));
    expect(databaseError('/state/0_0', 'read', known)).toBe(known);
  });
});
