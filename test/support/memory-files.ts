import type { SnapshotStorage } from '../../src/runtime/snapshot/snapshot-storage.js';

/** Files in memory, by path; what is being written is not there before it is finished. */
export class MemoryFiles implements SnapshotStorage {
  readonly files = new Map<string, Buffer>();

  create(path: string): ReturnType<SnapshotStorage['create']> {
    const parts: Buffer[] = [];
    return Promise.resolve({
      append: (bytes) => Promise.resolve(void parts.push(Buffer.from(bytes))),
      finish: () => Promise.resolve(void this.files.set(path, Buffer.concat(parts))),
    });
  }

  publish(path: string, bytes: Uint8Array): Promise<boolean> {
    if (this.files.has(path)) return Promise.resolve(false);
    this.files.set(path, Buffer.from(bytes));
    return Promise.resolve(true);
  }

  read(path: string): Promise<Buffer> {
    const bytes = this.files.get(path);
    return bytes === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(bytes);
  }

  list(folder: string): Promise<string[]> {
    const names = [...this.files.keys()].flatMap((path) => {
      return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0]!] : [];
    });
    return Promise.resolve([...new Set(names)]);
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }
}
