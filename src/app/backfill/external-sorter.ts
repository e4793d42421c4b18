import { join } from 'node:path';
import { SortedList, SortedRun, type SortedCursor } from './sorted-run.js';
import { memoryOf, type StoredRecord } from '../../runtime/in-process/stored-record.js';

export type Compare = (left: StoredRecord, right: StoredRecord) => number;

export interface ExternalSorterOptions {
  /** A total order: no two records are equal in it. */
  readonly compare: Compare;
  /** Records above this go to disk, sorted. */
  readonly memoryBytes: number;
  /** An empty folder for this sorter alone. */
  readonly directory: string;
}

/** Files open at the same time; above that they are merged into one. Each has a buffer of 256 KiB. */
const MOST_RUNS = 64;
const BATCH = 1_000;

/** Sorts records without bound, in bounded memory: what does not fit is written to sorted files, which are merged when read. */
export class ExternalSorter {
  #records: StoredRecord[] = [];
  #memory = 0;
  #sorted = true;
  #runs: SortedRun[] = [];
  #runsWritten = 0;
  #spilling: Promise<void> = Promise.resolve();

  constructor(private readonly options: ExternalSorterOptions) {}

  /** Records that went to disk so far. */
  spilled = 0;

  /** A promise when records have to be written to disk first. */
  add(record: StoredRecord): Promise<void> | undefined {
    this.#records.push(record);
    this.#sorted = false;
    this.#memory += memoryOf(record);
    return this.#memory > this.options.memoryBytes ? this.#spill() : undefined;
  }

  /** Takes the first records, in order, for as long as `wanted` says; records may be added again once this has ended. */
  async *take(wanted: (record: StoredRecord) => boolean = () => true): AsyncGenerator<readonly StoredRecord[]> {
    await this.#spilling;
    this.#sort();
    const list = new SortedList(this.#records);
    try {
      yield* batches([list, ...this.#runs], this.options.compare, wanted);
    } finally {
      this.#keep(list.rest());
      await this.#dropEnded();
    }
  }

  /** Deletes what is on disk. */
  async close(): Promise<void> {
    for (const run of this.#runs.splice(0)) await run.close();
  }

  #sort(): void {
    if (!this.#sorted) this.#records.sort(this.options.compare);
    this.#sorted = true;
  }

  #keep(records: StoredRecord[]): void {
    this.#records = records;
    this.#memory = records.reduce((sum, record) => sum + memoryOf(record), 0);
  }

  /** Records that are added while these are written wait for the next time. */
  #spill(): Promise<void> {
    this.#sort();
    const records = this.#records;
    this.#keep([]);
    this.spilled += records.length;
    this.#spilling = this.#spilling.then(() => this.#write(records));
    return this.#spilling;
  }

  async #write(records: readonly StoredRecord[]): Promise<void> {
    this.#runs.push(await SortedRun.write(this.#nextPath(), [records]));
    if (this.#runs.length < MOST_RUNS) return;
    const runs = this.#runs;
    this.#runs = [
      await SortedRun.write(
        this.#nextPath(),
        batches(runs, this.options.compare, () => true),
      ),
    ];
    for (const run of runs) await run.close();
  }

  async #dropEnded(): Promise<void> {
    const ended = this.#runs.filter(({ head }) => head === undefined);
    this.#runs = this.#runs.filter(({ head }) => head !== undefined);
    for (const run of ended) await run.close();
  }

  #nextPath(): string {
    return join(this.options.directory, `${String(this.#runsWritten++)}.run`);
  }
}

/** The records of all cursors in order, for as long as they are wanted. The cursors are kept in the order of their heads. */
async function* batches(
  cursors: readonly SortedCursor[],
  compare: Compare,
  wanted: (record: StoredRecord) => boolean,
): AsyncGenerator<readonly StoredRecord[]> {
  const order: Headed[] = [];
  for (const cursor of cursors) insert(order, cursor, compare);
  let batch: StoredRecord[] = [];
  for (let first = order[0]; first !== undefined && wanted(first.head); first = order[0]) {
    batch.push(first.head);
    order.shift();
    const read = first.advance();
    if (read !== undefined) await read;
    insert(order, first, compare);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

type Headed = SortedCursor & { readonly head: StoredRecord };

function insert(order: Headed[], cursor: SortedCursor, compare: Compare): void {
  if (!hasHead(cursor)) return;
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = order[middle];
    if (other !== undefined && compare(other.head, cursor.head) < 0) low = middle + 1;
    else high = middle;
  }
  order.splice(low, 0, cursor);
}

function hasHead(cursor: SortedCursor): cursor is Headed {
  return cursor.head !== undefined;
}
