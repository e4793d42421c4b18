import type { ChangelogPosition } from '../../state/store.js';
import { MillraceError } from '../../util/errors.js';

/*
 * The files of a snapshot, in the folder of its task:
 *
 *     <application>/<task>/<time>-<position>.rows-00000.gz    rows of the database (snapshot-rows.ts)
 *     <application>/<task>/<time>-<position>.json             its manifest, made last: from then on the snapshot counts
 *
 * The time is when it was taken; the position is the sum of its offsets in the changelogs.
 */

/** Version of the files and of the manifest. */
const FORMAT = 1;
const MANIFEST = /^(\d{8}T\d{9}Z-\d+)\.json$/;
const ROWS = /^(\d{8}T\d{9}Z-\d+)\.rows-\d+\.gz$/;

/** Where a store stood in its changelog. */
export interface SnapshotChangelog extends ChangelogPosition {
  readonly topic: string;
}

/** A file of rows. */
export interface SnapshotFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** What a snapshot of a task holds. */
export interface SnapshotManifest {
  readonly application: string;
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly takenAtMs: number;
  /** By store: those on disk that are logged. */
  readonly changelogs: Readonly<Record<string, SnapshotChangelog>>;
  /** By `topic-partition`: the next input offset. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly files: readonly SnapshotFile[];
}

/** Where the snapshots of a task are. */
export function snapshotFolder(application: string, task: string): string {
  return `${application}/${task}`;
}

/** The name that all files of a snapshot begin with; names sort by time. */
export function snapshotName({ takenAtMs, changelogs }: Pick<SnapshotManifest, 'takenAtMs' | 'changelogs'>): string {
  const position = Object.values(changelogs).reduce((sum, { offset }) => sum + offset, 0);
  return `${new Date(takenAtMs).toISOString().replace(/[-:.]/g, '')}-${String(position)}`;
}

/** The snapshot whose manifest a file is; undefined for any other file. */
export function snapshotOfManifest(file: string): string | undefined {
  return MANIFEST.exec(file)?.[1];
}

/** The snapshot whose rows a file holds; undefined for any other file. */
export function snapshotOfRows(file: string): string | undefined {
  return ROWS.exec(file)?.[1];
}

export function encodeManifest(manifest: SnapshotManifest): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...manifest }, undefined, 2)}\n`);
}

/** @throws MillraceError `SNAPSHOT_UNUSABLE` for another format, application or task, or what is no manifest */
export function decodeManifest(path: string, bytes: Buffer, application: string, task: string): SnapshotManifest {
  const found = parse(path, bytes);
  if (found.format !== FORMAT) {
    throw snapshotUnusable(path, `it has format ${String(found.format)}, this version reads ${FORMAT}`);
  }
  if (found.application !== application || found.task !== task) {
    throw snapshotUnusable(path, `it is of task ${found.task} of application "${found.application}"`);
  }
  return found;
}

function parse(path: string, bytes: Buffer): SnapshotManifest & { readonly format: unknown } {
  try {
    return JSON.parse(bytes.toString('utf8')) as SnapshotManifest & { readonly format: unknown }; // its format is looked at
  } catch (cause) {
    throw snapshotUnusable(path, 'its manifest is no JSON', cause);
  }
}

/** A snapshot that no state can be taken from. */
export function snapshotUnusable(path: string, why: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: 'SNAPSHOT_UNUSABLE',
    kind: 'data',
    message: `snapshot "${path}" cannot be used: ${why}`,
    hint: 'Take another one. A task that finds none is restored from its changelogs.',
    cause,
  });
}
