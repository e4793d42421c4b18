import { open, rm, type FileHandle } from 'node:fs/promises';
import {
  decodeStored,
  storedLength,
  StoredRecords,
  type StoredRecord,
} from '../../runtime/in-process/stored-record.js';

type Batch = readonly StoredRecord[];

const READ_BYTES = 256 << 10;
const WRITE_BYTES = 1 << 20;

/** Records in an order, one after the other: in memory, or in a file. */
export interface SortedCursor {
  /** The next record; undefined at the end. */
  readonly head: StoredRecord | undefined;
  /** Goes on to the next record; a promise when that has to be read first. */
  advance(): Promise<void> | undefined;
  /** Lets go, and deletes what it was read from. */
  close(): Promise<void>;
}

/** A cursor over records that are sorted, in memory. */
export class SortedList implements SortedCursor {
  #next = 0;

  constructor(private readonly records: readonly StoredRecord[]) {}

  get head(): StoredRecord | undefined {
    return this.records[this.#next];
  }

  advance(): undefined {
    this.#next++;
  }

  /** What was not gone past. */
  rest(): StoredRecord[] {
    return this.records.slice(this.#next);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A cursor over a file of sorted records, which is deleted with it. */
export class SortedRun implements SortedCursor {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #readTo = 0;
  head: StoredRecord | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Writes batches of records, which come in their order, and opens them. */
  static async write(path: string, batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<SortedRun> {
    const file = await open(path, 'w+');
    const run = new SortedRun(path, file);
    const written = new StoredRecords();
    for await (const batch of batches) {
      for (const { topic, partition, timestamp, sequence, key, value, headers } of batch) {
        written.add(topic, partition, timestamp, sequence, key, value, headers);
        if (written.byteLength >= WRITE_BYTES) await file.appendFile(written.take());
      }
    }
    if (written.byteLength > 0) await file.appendFile(written.take());
    await run.advance();
    return run;
  }

  advance(): Promise<void> | undefined {
    const length = storedLength(this.#bytes, this.#at);
    if (length === undefined || this.#at + length > this.#bytes.length) return this.#read(length ?? 0);
    this.head = decodeStored(this.#bytes, this.#at);
    this.#at += length;
    return undefined;
  }

  async close(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }

  /** Reads on, into a buffer of its own: records before are views of the old one. */
  async #read(needed: number): Promise<void> {
    const rest = this.#bytes.subarray(this.#at);
    const next = Buffer.allocUnsafe(Math.max(READ_BYTES, needed) + rest.length);
    rest.copy(next);
    const { bytesRead } = await this.file.read(next, rest.length, next.length - rest.length, this.#readTo);
    this.#readTo += bytesRead;
    this.#bytes = next.subarray(0, rest.length + bytesRead);
    this.#at = 0;
    if (bytesRead === 0) this.head = undefined;
    else await this.advance();
  }
}
