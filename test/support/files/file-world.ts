import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSink } from '../../../src/connect/files/file-sink.js';
import type { FileAppender, FileStorage } from '../../../src/connect/files/file-storage.js';
import { LocalStorage } from '../../../src/connect/files/local-storage.js';
import type { ContractRow, ContractValue, Fault, SinkWorld } from '../../../src/testing/contract/sink/index.js';

/** Every call passes the fault; a crash closes the files as the end of a process does. */
function faulty(storage: FileStorage, fault: Fault): FileStorage {
  const open = new Set<FileAppender>();
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      fault.step();
    } catch (crash) {
      for (const file of open) await file.abandon();
      open.clear();
      throw crash;
    }
    return call();
  };
  return {
    async create(path) {
      const file = await step(() => storage.create(path));
      open.add(file);
      return {
        append: (bytes) => step(() => file.append(bytes)),
        finish: () => step(() => file.finish()).then(() => void open.delete(file)),
        abandon: () => step(() => file.abandon()).then(() => void open.delete(file)),
      };
    },
    publish: (path, bytes) => step(() => storage.publish(path, bytes)),
    move: (from, to) => step(() => storage.move(from, to)),
    remove: (path) => step(() => storage.remove(path)),
    read: (path) => step(() => storage.read(path)),
    list: (folder) => step(() => storage.list(folder)),
  };
}

/** Full paths of the files that a reader finds. */
export function visibleFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^date=[^/]+\/hour=\d\d\/[^/.]+\.\w+$/.test(path))
    .map((path) => join(root, path));
}

/** Rows of JSON Lines; throws at one that is cut off. */
export function readJsonLines(root: string): { key: string; value: unknown; offset: number }[] {
  return visibleFiles(root).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    if (!text.endsWith('\n')) throw new Error(`${path} is cut off`);
    const lines = text.slice(0, -1).split('\n');
    return lines.map((line) => JSON.parse(line) as { key: string; value: unknown; offset: number });
  });
}

/** Files in JSON Lines, which roll every 15 rows. */
export const fileWorld: SinkWorld = {
  name: 'files in JSON Lines',
  guarantee: 'exactly-once',
  shape: 'log',
  poison: { key: 'poison', value: { serial: 1, text: 'no JSON' } },
  async destination() {
    const root = await mkdtemp(join(tmpdir(), 'millrace-files-'));
    return {
      sink: (fault) =>
        fileSink<string, ContractValue>({
          to: faulty(new LocalStorage(root), fault),
          row: ({ key, value, offset }) => ({ key, value, offset, more: value?.text === 'no JSON' ? 1n : undefined }),
          roll: { rows: 15 },
        }),
      read: () =>
        Promise.resolve(readJsonLines(root).map(({ key, value }): ContractRow => [key, value as ContractValue])),
      dispose: () => rm(root, { recursive: true }),
    };
  },
};
