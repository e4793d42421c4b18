import { SchemaPendingError } from '../../serde/registry/schema-registry-error.js';
import { SerdeError } from '../../serde/serde-error.js';
import type { StoreDefinition } from '../../state/store.js';
import type { ChangelogRecords } from '../../state/task-state.js';
import type { LoggedChange } from './change-buffer.js';
import { toChange } from './change-messages.js';
import type { ChangelogBatch, ChangelogSource, FoundTopic } from './changelog-source.js';
import { UnpackedRecords } from './packed-records.js';
import { RowReader } from './row-reader.js';

/** A partition of a changelog, and how it is read. */
export interface LoggedPartition {
  readonly partition: number;
  readonly rows: RowReader;
  /** What cannot be decoded is left out: the topic is not written by the application alone. */
  readonly skipsUnreadable: boolean;
  read(offset: number): AsyncIterable<ChangelogBatch>;
}

/** Reading it is the caller's alone: see ChangeFeed for what many share. */
export function loggedPartition(
  source: ChangelogSource,
  definition: StoreDefinition,
  topic: FoundTopic,
  partition: number,
): LoggedPartition {
  return {
    partition,
    rows: new RowReader(definition),
    skipsUnreadable: topic.writtenByOthers,
    read: (offset) => source.readChangelog({ ...topic, partition, offset }),
  };
}

/**
 * The change that a record with a key tells of; a promise where a schema has to be waited for, undefined where it is none.
 * @throws SerdeError
 */
export function decodeChange(
  { partition, rows, skipsUnreadable }: LoggedPartition,
  records: ChangelogRecords,
  index: number,
): LoggedChange | Promise<void> | undefined {
  try {
    const value = rows.valueBytes(records, index);
    return {
      partition,
      offset: records.offset(index),
      identity: `${partition}/${rows.identity(records, index)}`,
      change: toChange(rows.row(records, index)),
      // of their own: what is kept must not keep the whole batch
      keyBytes: Buffer.from(rows.keyBytes(records, index)),
      valueBytes: value && Buffer.from(value),
    };
  } catch (error) {
    if (error instanceof SchemaPendingError) return error.arrived;
    if (error instanceof SerdeError && skipsUnreadable) return undefined;
    throw error;
  }
}

/** The changes of the wanted keys at offsets from `from` on and below `before`. */
export async function* changesBetween(
  logged: LoggedPartition,
  { from, before }: { readonly from: number; readonly before: number },
  wants: (key: Buffer) => boolean,
): AsyncGenerator<LoggedChange> {
  if (from >= before) return;
  for await (const { records: packed, nextOffset } of logged.read(from)) {
    const records = new UnpackedRecords(packed);
    for (let index = 0; index < records.length && records.offset(index) < before; index++) {
      if (records.keyStart(index) < 0 || !wants(logged.rows.keyBytes(records, index))) continue;
      const change = decodeChange(logged, records, index);
      if (change instanceof Promise) {
        await change;
        index--;
      } else if (change !== undefined) yield change;
    }
    if (nextOffset >= before) return;
  }
}
