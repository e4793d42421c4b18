import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileFormat } from '../../connect/files/file-format.js';
import type { BuiltTopology } from '../../topology/node.js';
import { invalid } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import type { BackfillOutputs } from './backfill-outputs.js';
import { compareBytes } from './byte-order.js';
import { ExternalSorter } from './external-sorter.js';
import { rowsOf, type OutputRow } from './output-row.js';
import type { StoredRecord } from '../../runtime/in-process/stored-record.js';

/** In the folder of every finished backfill. */
export const MANIFEST = '_backfill.json';

export interface FileOutputsOptions {
  /** A folder that is not there yet, or holds an earlier backfill. */
  readonly path: string;
  readonly format: FileFormat<OutputRow>;
  /** Only the last record of each key, as compaction would leave it. */
  readonly latest: boolean;
  readonly topology: BuiltTopology;
  /** An empty folder for what does not fit into memory. */
  readonly directory: string;
  readonly memoryBytes: number;
  /** What {@link MANIFEST} says beside the number of records by topic. */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * Writes a file per topic, `<path>/<topic>.<extension>`, in canonical order: by partition, key, timestamp and value, by their
 * bytes. So two runs with the same results give the same files. With `latest` the order in which a key's records were written
 * decides which one is kept.
 *
 * All files are written beside the folder and take its place at once, at the end.
 */
export class FileOutputs implements BackfillOutputs {
  readonly counts = new Map<string, number>();
  readonly #topics: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #sorter: ExternalSorter;
  #sequence = 0;
  #spilling: Promise<void> | undefined;

  private constructor(private readonly options: FileOutputsOptions) {
    const compare = options.latest ? inOrderOfWriting : inCanonicalOrder;
    this.#sorter = new ExternalSorter({ ...options, compare });
  }

  /** @throws MillraceError `BACKFILL_TARGET_TAKEN` when the folder holds something else */
  static async open(options: FileOutputsOptions): Promise<FileOutputs> {
    const names: string[] = await readdir(options.path).catch(() => []);
    if (names.length > 0 && !names.includes(MANIFEST)) {
      throw invalid('BACKFILL_TARGET_TAKEN', `"${options.path}" holds files that are not of a backfill`, {
        hint: 'Give `--to` a folder that is not there yet, or one of an earlier backfill, which is replaced.',
      });
    }
    return new FileOutputs(options);
  }

  get full(): boolean {
    return this.#spilling !== undefined;
  }

  async drain(): Promise<void> {
    await this.#spilling;
    this.#spilling = undefined;
  }

  take(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
    const sequence = this.#sequence++;
    const full = this.#sorter.add({ topic: this.#indexOf(topic), partition, timestamp, sequence, key, value, headers });
    if (full !== undefined) this.#spilling = full;
  }

  async finish(): Promise<void> {
    await this.drain();
    const { path, about } = this.options;
    const target = resolve(path);
    const beside = (suffix: string): string => join(dirname(target), `.${basename(target)}.${suffix}`);
    const [partial, before] = [beside('partial'), beside('before')];
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await this.#writeFiles(partial);
    const topics = Object.fromEntries([...this.counts].sort());
    await writeFile(join(partial, MANIFEST), `${JSON.stringify({ ...about, topics }, undefined, 2)}\n`);
    await rm(before, { recursive: true, force: true });
    await rename(target, before).catch(() => undefined); // there was none
    await rename(partial, target);
    await rm(before, { recursive: true, force: true });
  }

  close(): Promise<void> {
    return this.#sorter.close();
  }

  async #writeFiles(folder: string): Promise<void> {
    let file: TopicFile | undefined;
    for await (const batch of this.#sorted()) {
      for (const part of byTopic(batch)) {
        const topic = this.#topics[part[0]?.topic ?? 0] ?? '';
        if (file?.topic !== topic) {
          await file?.finish();
          file = await TopicFile.begin(folder, topic, this.options);
        }
        await file.write(part);
      }
    }
    await file?.finish();
  }

  async *#sorted(): AsyncGenerator<readonly StoredRecord[]> {
    if (!this.options.latest) {
      yield* this.#sorter.take();
      return;
    }
    this.counts.clear();
    let last: StoredRecord | undefined;
    for await (const batch of this.#sorter.take()) {
      const kept: StoredRecord[] = [];
      for (const record of batch) {
        if (last !== undefined && !sameKey(last, record)) kept.push(last);
        last = record;
      }
      yield this.#counted(kept);
    }
    if (last !== undefined) yield this.#counted([last]);
  }

  #counted(records: readonly StoredRecord[]): readonly StoredRecord[] {
    for (const { topic: index } of records) {
      const topic = this.#topics[index] ?? '';
      this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
    }
    return records;
  }

  #indexOf(topic: string): number {
    const known = this.#indexes.get(topic);
    if (known !== undefined) return known;
    const index = this.#topics.push(topic) - 1;
    this.#indexes.set(topic, index);
    return index;
  }
}

/** One file, while it is written. */
class TopicFile {
  private constructor(
    readonly topic: string,
    readonly write: (records: readonly StoredRecord[]) => Promise<void>,
    readonly finish: () => Promise<void>,
  ) {}

  static async begin(folder: string, topic: string, { format, topology }: FileOutputsOptions): Promise<TopicFile> {
    const encoding = await format.load();
    const encoder = encoding.begin();
    const toRow = rowsOf(topology, topic);
    const file = await open(join(folder, `${topic}.${format.extension}`), 'w');
    return new TopicFile(
      topic,
      async (records) => {
        await file.appendFile(encoder.encode(records.map((record) => encoding.prepare(toRow(record)))));
      },
      async () => {
        await file.appendFile(encoder.finish());
        await file.sync();
        await file.close();
      },
    );
  }
}

/** Cuts records that are in the order of topics. */
function* byTopic(records: readonly StoredRecord[]): Generator<readonly StoredRecord[]> {
  let start = 0;
  for (let end = 1; end <= records.length; end++) {
    if (end < records.length && records[end]?.topic === records[start]?.topic) continue;
    yield records.slice(start, end);
    start = end;
  }
}

function byKey(left: StoredRecord, right: StoredRecord): number {
  return left.topic - right.topic || left.partition - right.partition || compareBytes(left.key, right.key);
}

function inCanonicalOrder(left: StoredRecord, right: StoredRecord): number {
  return (
    byKey(left, right) ||
    left.timestamp - right.timestamp ||
    compareBytes(left.value, right.value) ||
    left.sequence - right.sequence
  );
}

function inOrderOfWriting(left: StoredRecord, right: StoredRecord): number {
  return byKey(left, right) || left.sequence - right.sequence;
}

/** Records without a key are each one of their own. */
function sameKey(left: StoredRecord, right: StoredRecord): boolean {
  return left.key !== null && byKey(left, right) === 0;
}
