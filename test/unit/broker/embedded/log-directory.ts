import { cp, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A new directory; {@link removeDirectories} deletes it. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  made.push(directory);
  return directory;
}

/**
 * The directory as a killed process would leave it now: what was written so far, without a clean end.
 * @param lostBytes how much of the youngest log file is gone besides, as after a power failure
 */
export async function asKilledNow(directory: string, lostBytes = 0): Promise<string> {
  const copy = await newDirectory();
  await cp(directory, copy, { recursive: true });
  const logs = (await readdir(copy)).filter((name) => name.endsWith('.log')).sort();
  const youngest = logs.at(-1);
  if (youngest !== undefined && lostBytes > 0) {
    const path = join(copy, youngest);
    await truncate(path, Math.max(0, (await stat(path)).size - lostBytes));
  }
  return copy;
}

export async function removeDirectories(): Promise<void> {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
}
