import { createHash } from 'node:crypto';
import {
  SinkRecordsRejectedError,
  type RejectedSinkRecord,
  type SinkBatch,
  type SinkContext,
  type SinkRecord,
  type SinkWriter,
} from '../../topology/sink.js';
import type { FileEncoder, FileEncoding } from './file-format.js';
import type { FileAppender, FileStorage } from './file-storage.js';
import type { ManifestFile } from './manifest.js';
import type { ManifestLog } from './manifest-log.js';

/** When the files that are being written are ended and committed. */
export interface RollLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface FileWriterOptions {
  readonly storage: FileStorage;
  readonly log: ManifestLog;
  /** Where temporaries are. */
  readonly folder: string;
  readonly encoding: FileEncoding;
  /** Of the files' names, without the dot. */
  readonly extension: string;
  readonly row: (record: SinkRecord) => unknown;
  readonly roll: RollLimits;
  readonly context: SinkContext;
}

/** Event time from so many hours at once: records that come late must not open files without end. */
const MOST_FILES = 50;

interface OpenFile extends Pick<ManifestFile, 'temporary' | 'path'> {
  readonly appender: FileAppender;
  readonly encoder: FileEncoder;
  rows: number;
}

/** Writes one partition into files, one per hour of event time, which are committed together. */
export class FileWriter implements SinkWriter {
  readonly #files = new Map<string, OpenFile>();
  /** Files begun so far. */
  #begun = 0;
  #rows = 0;
  #bytes = 0;
  /** Behind what was written. */
  #next: number | undefined;

  constructor(private readonly options: FileWriterOptions) {}

  get position(): number | undefined {
    return this.options.log.position;
  }

  async write({ records, nextOffset }: SinkBatch): Promise<number> {
    for (const [folder, rows] of this.#byFolder(records)) {
      const file = this.#files.get(folder) ?? (await this.#begin(folder, rows[0]?.offset ?? 0));
      const bytes = file.encoder.encode(rows.map(({ row }) => row));
      await file.appender.append(bytes);
      file.rows += rows.length;
      this.#rows += rows.length;
      this.#bytes += bytes.length;
    }
    this.#next = nextOffset;
    const { roll } = this.options;
    if (this.#rows >= roll.rows || this.#bytes >= roll.bytes || this.#files.size >= MOST_FILES) return this.flush();
    return this.position ?? 0;
  }

  async flush(): Promise<number> {
    const position = this.#next ?? this.position ?? 0;
    if (this.#next === undefined) return position;
    // 1. The files are durable, and hidden
    for (const { appender, encoder } of this.#files.values()) {
      await appender.append(encoder.finish());
      await appender.finish();
    }
    const files = [...this.#files.values()].map(({ temporary, path, rows }) => ({ temporary, path, rows }));
    this.#files.clear();
    // 2. The manifest is made: from here on they count. 3. They are renamed to where readers find them
    await this.options.log.commit(position, files);
    this.#next = undefined;
    this.#rows = 0;
    this.#bytes = 0;
    return position;
  }

  async close(): Promise<void> {
    for (const { appender, temporary } of this.#files.values()) {
      await appender.abandon();
      await this.options.storage.remove(temporary);
    }
    this.#files.clear();
  }

  /** @throws SinkRecordsRejectedError before anything is written */
  #byFolder(records: readonly SinkRecord[]): Map<string, { readonly row: unknown; readonly offset: number }[]> {
    const { encoding, row } = this.options;
    const folders = new Map<string, { row: unknown; offset: number }[]>();
    const rejected: RejectedSinkRecord[] = [];
    records.forEach((record, index) => {
      try {
        const prepared = { row: encoding.prepare(row(record)), offset: record.offset };
        const folder = hourFolder(record.timestamp);
        const rows = folders.get(folder);
        if (rows === undefined) folders.set(folder, [prepared]);
        else rows.push(prepared);
      } catch (reason) {
        rejected.push({ index, reason });
      }
    });
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
    return folders;
  }

  async #begin(folder: string, firstOffset: number): Promise<OpenFile> {
    const { storage, log, encoding, extension, context } = this.options;
    const temporary = `${this.options.folder}/${String(log.epoch)}-${String(this.#begun++)}.tmp`;
    const path = `${folder}/${fileName(context, firstOffset)}.${extension}`;
    const appender = await storage.create(temporary);
    const file = { temporary, path, appender, encoder: encoding.begin(), rows: 0 };
    this.#files.set(folder, file);
    return file;
  }
}

/** `date=2026-01-31/hour=23`, in UTC. */
function hourFolder(timestampMs: number): string {
  const [date = '', time = ''] = new Date(timestampMs).toISOString().split('T');
  return `date=${date}/hour=${time.slice(0, 2)}`;
}

/** Unique in the folder: no other commit of this partition has the offset, and no other sink the digits at the end. */
function fileName({ applicationId, sink, topicId, partition }: SinkContext, firstOffset: number): string {
  const place = JSON.stringify([applicationId, sink, topicId]);
  const digits = createHash('sha256').update(place).digest('hex').slice(0, 8);
  return `part-${String(partition)}-${String(firstOffset).padStart(12, '0')}-${digits}`;
}
