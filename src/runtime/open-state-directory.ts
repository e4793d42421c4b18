import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes } from '../serde/primitives.js';
import { openDatabase } from '../state/leveldb/level-database.js';
import { openTaskState } from '../state/open-task-state.js';
import type { TaskState } from '../state/task-state.js';
import { keyValueStore } from '../topology/store-definitions.js';
import { invalid, messageOf } from '../util/errors.js';
import type { Random } from '../util/random.js';
import type { StateDirectory } from './state-directory.js';

const INSTANCE_FILE = 'instance.json';
const OWNER_FILE = 'owner.json';
const LOCK_FOLDER = 'lock';
/** Nothing is ever put into it: an open database is a lock that the system gives back whatever happens to the process. */
const LOCK = keyValueStore({ name: LOCK_FOLDER, key: bytes(), value: bytes(), logging: false });

/**
 * Creates the folder if need be and locks it until `close` or the end of the process.
 * @throws MillraceError `STATE_DIRECTORY_LOCKED` when another process holds it, `STATE_DIRECTORY_UNUSABLE` when it
 *   cannot be written
 */
export async function openStateDirectory(options: {
  readonly path: string;
  readonly random: Random;
}): Promise<StateDirectory> {
  const { path, random } = options;
  await makeFolder(path);
  const lock = await takeLock(path);
  await writeFile(join(path, OWNER_FILE), JSON.stringify({ pid: process.pid }));
  const folderOf = (applicationId: string): string => applicationFolder(path, applicationId);
  return {
    path,
    instanceId: await instanceIdOf(path, random),
    prepare: (applicationId) => makeFolder(folderOf(applicationId)),
    taskFolder: (applicationId, taskId) => join(folderOf(applicationId), taskId),
    openDatabase,
    makeTask: (applicationId, taskId, fill) => makeTaskFolder(folderOf(applicationId), taskId, fill),
    removeTask: (applicationId, taskId) => rm(join(folderOf(applicationId), taskId), { recursive: true, force: true }),
    setAside: (applicationId, taskId) => setAside(join(folderOf(applicationId), taskId)),
    storedTasks: (applicationId) => taskFoldersIn(folderOf(applicationId)),
    close: () => lock.close(),
  };
}

/** Where an application's tasks keep their databases. @param path of the state directory */
export function applicationFolder(path: string, applicationId: string): string {
  return join(path, 'state', applicationId);
}

async function makeTaskFolder(
  parent: string,
  taskId: string,
  fill: (folder: string) => Promise<boolean>,
): Promise<boolean> {
  const hidden = join(parent, `.${taskId}.new`);
  const remove = (): Promise<void> => rm(hidden, { recursive: true, force: true });
  await makeFolder(parent);
  await remove(); // what a crash has left
  try {
    if (!(await fill(hidden))) return false;
    await rename(hidden, join(parent, taskId));
    return true;
  } finally {
    await remove();
  }
}

async function setAside(folder: string): Promise<string> {
  const aside = `${folder}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(folder, aside);
  return aside;
}

async function taskFoldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && /^\d+_\d+$/.test(entry.name)).map((entry) => entry.name);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw invalid('STATE_DIRECTORY_UNUSABLE', `state directory "${path}" cannot be created: ${messageOf(cause)}`, {
      hint: 'Set STATE_DIR to a folder that this process may write to.',
      cause,
    });
  }
}

async function takeLock(path: string): Promise<TaskState> {
  try {
    return await openTaskState({
      directory: join(path, LOCK_FOLDER),
      definitions: [LOCK],
      context: {
        taskId: LOCK_FOLDER,
        recordContext: () => undefined,
        changelog: () => undefined,
        onExpired: () => undefined,
      },
      cacheMaxBytes: 0,
      memoryBytes: 0,
    });
  } catch (cause) {
    const owner = await readJson(join(path, OWNER_FILE), 'pid');
    throw invalid(
      'STATE_DIRECTORY_LOCKED',
      `state directory "${path}" cannot be locked${owner === undefined ? '' : `: process ${owner} holds it`}`,
      { detail: messageOf(cause), hint: 'Stop the other process, or set STATE_DIR to a folder of its own.', cause },
    );
  }
}

async function instanceIdOf(path: string, random: Random): Promise<string> {
  const file = join(path, INSTANCE_FILE);
  const known = await readJson(file, 'instanceId');
  if (known !== undefined) return known;
  const instanceId = random.uuid();
  await writeFile(`${file}.new`, JSON.stringify({ instanceId }));
  await rename(`${file}.new`, file);
  return instanceId;
}

/** A field of a JSON file as text; undefined when the file is missing or was cut short by a crash. */
async function readJson(file: string, field: string): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    const value: unknown = (content as Record<string, unknown> | null)?.[field]; // as: parsed JSON of any shape
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}
