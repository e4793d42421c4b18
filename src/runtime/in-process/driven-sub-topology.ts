/** What the tasks of a sub-topology hold that was not committed. */
export interface TaskLoad {
  readonly overlayBytes: number;
  /** A record cache is above its bound. */
  readonly cacheFull: boolean;
  /** There is something to commit. */
  readonly commitNeeded: boolean;
}

/** A sub-topology whose tasks are driven without a broker, here or in other threads. */
export interface DrivenSubTopology {
  /** Nothing has come since the last {@link run}. */
  readonly idle: boolean;
  readonly load: TaskLoad;
  /** Processes what has come, in the order in which it came to any of the tasks. What that makes comes to others, or to this one again. */
  run(): Promise<void>;
  /**
   * Flushes the record caches, task by task, and makes what was written the states' base.
   * @param expire also delete what has expired
   */
  commit(expire: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The load of several tasks. */
export function sumOfLoads(loads: readonly TaskLoad[]): TaskLoad {
  return {
    overlayBytes: loads.reduce((sum, { overlayBytes }) => sum + overlayBytes, 0),
    cacheFull: loads.some(({ cacheFull }) => cacheFull),
    commitNeeded: loads.some(({ commitNeeded }) => commitNeeded),
  };
}
