import type { LevelDatabase } from './leveldb/level-database.js';
import type { ChangelogPosition } from './store.js';
import type { Positions } from './positions.js';

/** A row of a task's database as it stands on disk, its key with what the layout puts before it. */
export type DatabaseRow = readonly [key: Buffer, value: Buffer];

const ROWS_AT_ONCE = 1_000;
const READ_AHEAD_BYTES = 1 << 20;

/**
 * All that a task has committed, as of one moment: the rows of its stores with their numbers, catalog and positions. It stays
 * as it is while the task goes on. To be closed.
 */
export interface CapturedState {
  /** By store, those on disk. */
  readonly changelogs: ReadonlyMap<string, ChangelogPosition>;
  /** By `topic-partition`: the next input offset. */
  readonly inputs: ReadonlyMap<string, number>;
  /** In the order of their keys, some at a time. */
  rows(): AsyncIterable<readonly DatabaseRow[]>;
  close(): Promise<void>;
}

/** Captures a database that nothing is being written to. @param onDisk stores that it holds */
export function captureState(
  database: LevelDatabase,
  positions: Positions,
  onDisk: ReadonlyMap<string, number>,
): CapturedState {
  const snapshot = database.snapshot();
  return {
    changelogs: new Map([...positions.allChangelogs()].filter(([store]) => onDisk.has(store))),
    inputs: new Map(positions.allInputs()),
    async *rows() {
      const iterator = database.iterator({ snapshot, highWaterMarkBytes: READ_AHEAD_BYTES });
      try {
        for (;;) {
          const rows = await iterator.nextv(ROWS_AT_ONCE);
          if (rows.length === 0) return;
          yield rows;
        }
      } finally {
        await iterator.close();
      }
    },
    close: () => snapshot.close(),
  };
}
