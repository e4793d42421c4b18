import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { avroFile } from '../../../src/connect/files/avro-file.js';
import type { FileFormat } from '../../../src/connect/files/file-format.js';
import { fileSink } from '../../../src/connect/files/file-sink.js';
import type { FileAppender, FileStorage } from '../../../src/connect/files/file-storage.js';
import { jsonLines } from '../../../src/connect/files/json-lines.js';
import { LocalStorage } from '../../../src/connect/files/local-storage.js';
import { parquetFile } from '../../../src/connect/files/parquet-file.js';
import { avro } from '../../../src/serde/avro/avro.js';
import type { AvroValue } from '../../../src/serde/avro/avro-schema.js';
import type { ContractRow, ContractValue, Fault, SinkWorld } from '../../../src/testing/contract/sink/index.js';
import { readAvro } from './read-avro.js';
import { readParquet } from './read-parquet.js';

/** Every call passes the fault; a crash closes the files as the end of a process does. */
export function faulty(storage: FileStorage, fault: Fault): FileStorage {
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

const Row = avro.record('millrace.contract.Row', {
  key: avro.string(),
  value: avro.optional(avro.record('Value', { serial: avro.int(), text: avro.string() })),
  offset: avro.long(),
});
type Row = AvroValue<typeof Row>;

/** A format, and how its files are read by others. */
interface FormatWorld {
  readonly name: string;
  readonly format: FileFormat<Row>;
  /** Rejects at a file that is cut off. */
  readonly read: (root: string) => Promise<readonly ContractRow[]>;
}

const formats: readonly FormatWorld[] = [
  {
    name: 'JSON Lines',
    format: jsonLines(),
    read: (root) =>
      Promise.resolve(readJsonLines(root).map(({ key, value }): ContractRow => [key, value as ContractValue])),
  },
  {
    name: 'Avro',
    format: avroFile({ schema: Row }),
    read: async (root) => {
      const files = await Promise.all(visibleFiles(root).map((path) => readAvro(readFileSync(path), Row)));
      return files.flat().map(({ key, value }): ContractRow => [key, value]);
    },
  },
  {
    name: 'Parquet',
    format: parquetFile({ columns: { key: 'string', value: 'json', offset: 'int64' }, rowGroup: { rows: 4 } }),
    read: async (root) => {
      const files = await Promise.all(visibleFiles(root).map((path) => readParquet(readFileSync(path))));
      return files
        .flat()
        .map(({ key, value }): ContractRow => [String(key), JSON.parse(String(value)) as ContractValue | null]);
    },
  },
];

/** Files of each format, which roll every 15 rows. */
export const fileWorlds = formats.map(worldOf);

function worldOf({ name, format, read }: FormatWorld): SinkWorld {
  return {
    name: `files in ${name}`,
    guarantee: 'exactly-once',
    shape: 'log',
    poison: { key: 'poison', value: { serial: 1, text: 'no row' } },
    async destination() {
      const root = await mkdtemp(join(tmpdir(), 'millrace-files-'));
      return {
        sink: (fault) =>
          fileSink<string, ContractValue, Row>({
            to: faulty(new LocalStorage(root), fault),
            format,
            row: ({ key, value, offset }) => ({ key: key ?? '', value: poisoned(value), offset }),
            roll: { rows: 15 },
          }),
        read: () => read(root),
        dispose: () => rm(root, { recursive: true }),
      };
    },
  };
}

/** No format takes a bigint for an `int`. */
function poisoned(value: ContractValue | null): ContractValue | null {
  return value?.text === 'no row' ? { ...value, serial: 1n as unknown as number } : value;
}
