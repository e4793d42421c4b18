import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder in `~/.cache/millrace` that is filled once. The first of several processes to be done gives it its name. */
export async function cachedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const cache = join(homedir(), '.cache', 'millrace');
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const filling = await mkdtemp(`${folder}-`);
  await fill(filling);
  try {
    await rename(filling, folder);
  } catch (error) {
    await rm(filling, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** A Python with some of PyPI's packages in it, by that name in the cache: another name when they change. */
export async function cachedPython(name: string, packages: readonly string[]): Promise<string> {
  const environment = await cachedFolder(name, async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...packages]);
  });
  return join(environment, 'bin', 'python');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
