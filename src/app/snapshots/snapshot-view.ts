import type { SnapshotManifest } from '../../runtime/snapshot/snapshot-manifest.js';

/** A snapshot as it is told of. */
export interface SnapshotView {
  readonly task: string;
  /** ISO 8601. */
  readonly taken_at: string;
  readonly rows: number;
  /** Compressed. */
  readonly bytes: number;
  /** Offset by store. */
  readonly changelogs: Readonly<Record<string, number>>;
  /** Offset by `topic-partition`. */
  readonly inputs: Readonly<Record<string, number>>;
}

export function viewOfSnapshot({ task, takenAtMs, files, changelogs, inputs }: SnapshotManifest): SnapshotView {
  return {
    task,
    taken_at: new Date(takenAtMs).toISOString(),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    changelogs: Object.fromEntries(Object.entries(changelogs).map(([store, { offset }]) => [store, offset])),
    inputs,
  };
}
