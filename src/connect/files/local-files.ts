import { open, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ListedFile, ReadableFile, ReadableFiles } from './readable-files.js';

/** The files of a folder of this machine's file system. */
export class LocalFiles implements ReadableFiles {
  constructor(private readonly root: string) {}

  async list(): Promise<readonly ListedFile[]> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(
      files.map(async (file) => {
        const { size } = await stat(file);
        return { path: relative(this.root, file).split(sep).join('/'), bytes: size };
      }),
    );
  }

  async open(path: string): Promise<ReadableFile> {
    const file = await open(join(this.root, path), 'r');
    const { size } = await file.stat();
    return {
      bytes: size,
      async read(start, end) {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(end, size) - start));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      },
      close: () => file.close(),
    };
  }
}
