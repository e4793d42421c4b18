import { readLong, writeLong } from '../../serde/primitives.js';
import { schemaOfParts } from '../../serde/schema-of-parts.js';
import { preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';
import { firstOpenWindow, type CountWindows } from '../window/count-windows.js';

/** A count window that is not full. */
export interface OpenCountWindow<A> {
  readonly index: number;
  /** How many records it holds. */
  readonly count: number;
  /** Timestamps of the record that came first, and the largest. */
  readonly start: number;
  readonly latest: number;
  /** Null: nothing, or deleted by the aggregator. */
  readonly value: A | null;
}

/** What the store of an aggregate over count windows keeps of a key. */
export interface OpenCountWindows<A> {
  /** How many records the key has had. */
  readonly records: number;
  /** Oldest first. */
  readonly windows: readonly OpenCountWindow<A>[];
}

/*
 * A row, all numbers big-endian:
 *
 *   records (8)  { start (8)  latest (8)  length of the value, -1 for null (4)  value } for each open window
 *
 * The windows of a row are consecutive, so their numbers and counts follow from that of the records.
 */
const HEAD = 8;
const WINDOW_HEAD = 20;

/** Rows of aggregates over these windows. */
export function openCountWindows<A>(windows: CountWindows, values: Serde<A>): Serde<OpenCountWindows<A>> {
  const name = `openCountWindows<${values.name},${windows.size},${windows.advance}>`;
  return Object.freeze({
    name,
    ...preparing(values),
    ...schemaOfParts({ values }, (parts) => openCountWindows(windows, parts.values)),
    serialize: (row: OpenCountWindows<A>) => serialize(name, row, values),
    deserialize(bytes: Buffer, start: number, end: number): OpenCountWindows<A> {
      if (end - start < HEAD) throw SerdeError.ofBytes(name, bytes, start, end, `it has at least ${HEAD} bytes`);
      const records = readLong(name, bytes, start);
      const open: OpenCountWindow<A>[] = [];
      let index = firstOpenWindow(windows, records);
      for (let at = start + HEAD; at < end; index++) {
        const valueStart = at + WINDOW_HEAD;
        if (valueStart > end) throw SerdeError.ofBytes(name, bytes, start, end, 'it ends within a window');
        const length = bytes.readInt32BE(at + 16);
        if (length > end - valueStart) throw SerdeError.ofBytes(name, bytes, start, end, 'a value is cut off');
        open.push({
          index,
          count: records - index * windows.advance,
          start: readLong(name, bytes, at),
          latest: readLong(name, bytes, at + 8),
          value: length < 0 ? null : values.deserialize(bytes, valueStart, valueStart + length),
        });
        at = valueStart + Math.max(0, length);
      }
      return { records, windows: open };
    },
  });
}

function serialize<A>(name: string, { records, windows }: OpenCountWindows<A>, values: Serde<A>): Buffer {
  const parts: Buffer[] = [Buffer.allocUnsafe(HEAD)];
  writeLong(name, parts[0] as Buffer, records, 0); // just put there
  for (const { start, latest, value } of windows) {
    const head = Buffer.allocUnsafe(WINDOW_HEAD);
    const bytes = value === null ? undefined : values.serialize(value);
    writeLong(name, head, start, 0);
    writeLong(name, head, latest, 8);
    head.writeInt32BE(bytes?.length ?? -1, 16);
    parts.push(head);
    if (bytes !== undefined) parts.push(bytes);
  }
  return Buffer.concat(parts);
}
