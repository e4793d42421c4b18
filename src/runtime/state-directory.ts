import type { OpenDatabase } from '../state/leveldb/level-database.js';

/**
 * The folder in which one process keeps its state, held under an exclusive lock.
 *
 *     STATE_DIR/instance.json                     the instance's id, made once
 *     STATE_DIR/lock/                             a database, open as long as the process lives: its lock dies with it
 *     STATE_DIR/owner.json                        who holds the lock, for the error message
 *     STATE_DIR/state/<application>/<taskId>/     one database per task
 *     STATE_DIR/state/<application>/<taskId>.damaged/   the last one of the task that could not be read, for whoever asks why
 */
export interface StateDirectory {
  readonly path: string;
  /** Random, made at the first start and kept. */
  readonly instanceId: string;
  /** Creates the folder under which an application's tasks keep their databases. */
  prepare(applicationId: string): Promise<void>;
  /** Where a task's database lives; the state layer creates it. */
  taskFolder(applicationId: string, taskId: string): string;
  /** Opens the database in such a folder. */
  readonly openDatabase: OpenDatabase;
  /**
   * Makes such a folder by way of a hidden one, which `fill` fills: it is there whole, or not at all.
   * @param fill gives false when the folder is not to be made after all
   * @returns what `fill` gave
   */
  makeTask(applicationId: string, taskId: string, fill: (folder: string) => Promise<boolean>): Promise<boolean>;
  /** Deletes such a folder, whose database is closed. */
  removeTask(applicationId: string, taskId: string): Promise<void>;
  /** Moves such a folder to `<taskId>.damaged` beside it, in the place of an earlier one; gives where it is then. */
  setAside(applicationId: string, taskId: string): Promise<string>;
  /** Ids of the tasks of which there is state here, running or not. */
  storedTasks(applicationId: string): Promise<readonly string[]>;
  /** Gives the lock back. */
  close(): Promise<void>;
}
