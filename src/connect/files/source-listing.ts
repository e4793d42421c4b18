import { decodeManifest, sequenceOf, type Manifest } from './manifest.js';
import type { ListedFile, ReadableFiles } from './readable-files.js';

/** A file of the data. */
export interface DataFile extends ListedFile {
  /** Where its bytes are, when that is not yet its path. */
  readonly at: string;
  /** Begin of the hour that its folder names, milliseconds; undefined without such a folder. */
  readonly hourMs: number | undefined;
}

const HOUR = /(?:^|\/)date=(\d{4}-\d\d-\d\d)\/hour=(\d\d)\//;

/**
 * The files of the data, by path. Files and folders whose names begin with `.` or `_` are no data; but what a file sink has
 * committed, and a crash kept it from renaming, is.
 */
export async function listDataFiles(files: ReadableFiles, matches: (path: string) => boolean): Promise<DataFile[]> {
  const listed = await files.list();
  const visible = listed.filter(({ path }) => !/(?:^|\/)[._]/.test(path));
  const present = new Set(visible.map(({ path }) => path));
  const sizes = new Map(listed.map(({ path, bytes }) => [path, bytes]));
  const moving = (await lastManifests(files, listed))
    .flatMap((manifest) => manifest.files)
    .filter(({ path, temporary }) => !present.has(path) && sizes.has(temporary))
    .map(({ path, temporary }) => ({ path, at: temporary, bytes: sizes.get(temporary) ?? 0 }));
  return [...visible.map((file) => ({ ...file, at: file.path })), ...moving]
    .filter(({ path }) => matches(path))
    .map((file) => ({ ...file, hourMs: hourOf(file.path) }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** The last manifest of every partition of every file sink. */
async function lastManifests(files: ReadableFiles, listed: readonly ListedFile[]): Promise<Manifest[]> {
  const last = new Map<string, { readonly path: string; readonly sequence: number }>();
  for (const { path } of listed) {
    const slash = path.lastIndexOf('/');
    const sequence = sequenceOf(path.slice(slash + 1));
    const folder = path.slice(0, slash);
    if (sequence === undefined || sequence < (last.get(folder)?.sequence ?? 0)) continue;
    last.set(folder, { path, sequence });
  }
  return Promise.all([...last.values()].map(({ path }) => readManifest(files, path)));
}

async function readManifest(files: ReadableFiles, path: string): Promise<Manifest> {
  const file = await files.open(path);
  try {
    return decodeManifest(path, await file.read(0, file.bytes));
  } finally {
    await file.close();
  }
}

function hourOf(path: string): number | undefined {
  const [, date, hour] = HOUR.exec(path) ?? [];
  if (date === undefined || hour === undefined) return undefined;
  const ms = Date.parse(`${date}T${hour}:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
