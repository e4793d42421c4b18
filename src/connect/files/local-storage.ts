import { access, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileAppender, FileStorage } from './file-storage.js';

/** Files in a folder of this machine's file system, or of one that keeps POSIX's promises of `link` and `rename`. */
export class LocalStorage implements FileStorage {
  constructor(private readonly root: string) {}

  async create(path: string): Promise<FileAppender> {
    const full = await this.#place(path);
    const file = await open(full, 'w');
    return {
      append: (bytes) => file.appendFile(bytes),
      async finish() {
        await file.sync();
        await file.close();
        await syncFolder(dirname(full));
      },
      abandon: () => file.close(),
    };
  }

  async publish(path: string, bytes: Uint8Array): Promise<boolean> {
    const full = await this.#place(path);
    const draft = await writeDraft(full, bytes);
    try {
      await link(draft, full); // unlike a rename, fails where there is a file
      await syncFolder(dirname(full));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async move(from: string, to: string): Promise<void> {
    const target = await this.#place(to);
    try {
      await rename(join(this.root, from), target);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      await access(target); // it was renamed before
    }
    await syncFolder(dirname(target));
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.root, path), { force: true });
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.root, path));
  }

  async list(folder: string): Promise<string[]> {
    try {
      return await readdir(join(this.root, folder));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** The full path, whose folders are there. */
  async #place(path: string): Promise<string> {
    const full = join(this.root, path);
    const first = await mkdir(dirname(full), { recursive: true });
    for (let folder = dirname(full); first !== undefined && folder.length >= first.length; folder = dirname(folder)) {
      await syncFolder(dirname(folder));
    }
    return full;
  }
}

/** A file of a name that no other writer has. */
async function writeDraft(path: string, bytes: Uint8Array): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const draft = `${path}.${String(process.pid)}-${String(attempt)}.tmp`;
    try {
      const file = await open(draft, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      return draft;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Makes the names in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
