import type { Random } from '../../util/random.js';

/** A key with its new value, or undefined for none; one character per byte. */
export type FileChange = readonly [key: string, value: string | undefined];

/** One atomic write, from its beginning on. */
export interface FileWrite {
  readonly changes: readonly FileChange[];
  /** The process was told that it has ended. */
  ended: boolean;
}

/** How a process ended: `kill` keeps every write that had ended, `power` may lose those that were not synced. */
export type Ending = 'kill' | 'power';

/** Ended writes that the system brings to the disk by itself, sooner or later. */
const MOST_UNSYNCED = 64;

/** The files of one database: what is on the disk for good, and the writes since. Outlives processes. */
export class DatabaseFiles {
  readonly #durable = new Map<string, string>();
  #tail: FileWrite[] = [];

  /** All rows, as the system shows them. */
  read(): Map<string, string> {
    const rows = new Map(this.#durable);
    for (const { changes } of this.#tail) apply(rows, changes);
    return rows;
  }

  begin(changes: readonly FileChange[]): FileWrite {
    const write: FileWrite = { changes, ended: false };
    this.#tail.push(write);
    return write;
  }

  end(write: FileWrite, synced: boolean): void {
    write.ended = true;
    if (synced || this.#tail.length > MOST_UNSYNCED) this.#keep(this.#tail.indexOf(write) + 1);
  }

  /** The process is gone: of its last writes a part that chance decides is lost, always from some write on. */
  crash(how: Ending, random: Random): void {
    const safe = how === 'kill' ? this.#tail.filter(({ ended }) => ended).length : 0;
    this.#keep(safe + Math.floor(random.next() * (this.#tail.length - safe + 1)));
    this.#tail = [];
  }

  #keep(writes: number): void {
    for (const { changes } of this.#tail.splice(0, writes)) apply(this.#durable, changes);
  }
}

/** The disk of one machine: databases by folder. */
export class SimulatedDisk {
  readonly #databases = new Map<string, DatabaseFiles>();

  constructor(private readonly random: Random) {}

  get folders(): readonly string[] {
    return [...this.#databases.keys()];
  }

  files(folder: string): DatabaseFiles {
    let files = this.#databases.get(folder);
    if (files === undefined) {
      files = new DatabaseFiles();
      this.#databases.set(folder, files);
    }
    return files;
  }

  /** The name changes at once, and for good: what it names was synced before. */
  rename(from: string, to: string): void {
    this.#databases.set(to, this.files(from));
    this.#databases.delete(from);
  }

  remove(folder: string): void {
    this.#databases.delete(folder);
  }

  crash(how: Ending): void {
    for (const files of this.#databases.values()) files.crash(how, this.random);
  }

  /** The machine is replaced by one with an empty disk. */
  wipe(): void {
    this.#databases.clear();
  }
}

function apply(rows: Map<string, string>, changes: readonly FileChange[]): void {
  for (const [key, value] of changes) {
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
  }
}
