import type { ChangelogRecords } from '../../state/task-state.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';

/** Records of a changelog as plain data, which crosses threads: keys and values stand one behind the other in `bytes`. */
export interface PackedRecords {
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  /** Per record: where its key starts, where that ends and its value starts, where that ends; -1 starts what is null. */
  readonly places: Int32Array;
  readonly bytes: Uint8Array;
  /** Undefined where no record has any. */
  readonly headers: readonly Headers[] | undefined;
}

const KEY_START = 0;
const KEY_END = 1;
const VALUE_START = 2;
const VALUE_END = 3;
const PLACES = 4;

/** No records. */
export const NO_RECORDS: PackedRecords = {
  offsets: new Float64Array(0),
  timestamps: new Float64Array(0),
  places: new Int32Array(0),
  bytes: new Uint8Array(0),
  headers: undefined,
};

/** Packs the records from `from` on, of those below `before`. */
export function packRecords(records: ChangelogRecords, from = 0, before = Infinity): PackedRecords {
  const [first, end] = [firstAt(records, from), firstAt(records, before)];
  const length = end - first;
  const packed = {
    offsets: new Float64Array(length),
    timestamps: new Float64Array(length),
    places: new Int32Array(length * PLACES),
    bytes: Buffer.allocUnsafeSlow(bytesOf(records, first, end)),
  };
  const headers: Headers[] = [];
  let at = 0;
  for (let index = 0; index < length; index++) {
    const record = first + index;
    packed.offsets[index] = records.offset(record);
    packed.timestamps[index] = records.timestamp(record);
    headers.push(records.headers(record));
    at = packPart(packed, at, index * PLACES + KEY_START, records.buffer(record), records.keyStart(record), records.keyEnd(record)); // prettier-ignore
    at = packPart(packed, at, index * PLACES + VALUE_START, records.buffer(record), records.valueStart(record), records.valueEnd(record)); // prettier-ignore
  }
  return { ...packed, headers: headers.some(({ length: count }) => count > 0) ? headers : undefined };
}

/** Those of packed records that are at or after `from` and below `before`. */
export function packedBetween(packed: PackedRecords, from: number, before: number): PackedRecords {
  return packRecords(new UnpackedRecords(packed), from, before);
}

/** Key or value of one record; gives where the next one goes. */
function packPart(
  { places, bytes }: Pick<PackedRecords, 'places'> & { readonly bytes: Buffer },
  at: number,
  place: number,
  source: Buffer,
  start: number,
  end: number,
): number {
  if (start < 0) {
    places[place] = -1;
    places[place + 1] = at;
    return at;
  }
  source.copy(bytes, at, start, end);
  places[place] = at;
  places[place + 1] = at + end - start;
  return at + end - start;
}

function bytesOf(records: ChangelogRecords, first: number, end: number): number {
  let bytes = 0;
  for (let i = first; i < end; i++) {
    if (records.keyStart(i) >= 0) bytes += records.keyEnd(i) - records.keyStart(i);
    if (records.valueStart(i) >= 0) bytes += records.valueEnd(i) - records.valueStart(i);
  }
  return bytes;
}

/** The first record at or after an offset. */
function firstAt(records: ChangelogRecords, offset: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records.offset(middle) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Packed records as a store's restorer and a watch read them. */
export class UnpackedRecords implements ChangelogRecords {
  readonly length: number;
  readonly #bytes: Buffer;

  constructor(private readonly packed: PackedRecords) {
    this.length = packed.offsets.length;
    this.#bytes = asBuffer(packed.bytes);
  }

  offset(index: number): number {
    return this.packed.offsets[index] ?? -1;
  }

  timestamp(index: number): number {
    return this.packed.timestamps[index] ?? -1;
  }

  buffer(): Buffer {
    return this.#bytes;
  }

  keyStart(index: number): number {
    return this.#place(index, KEY_START);
  }

  keyEnd(index: number): number {
    return this.#place(index, KEY_END);
  }

  valueStart(index: number): number {
    return this.#place(index, VALUE_START);
  }

  valueEnd(index: number): number {
    return this.#place(index, VALUE_END);
  }

  headers(index: number): Headers {
    // what has crossed threads is bytes, not Buffers
    return (
      this.packed.headers?.[index]?.map(([name, value]) => [name, value && asBuffer(value)] as const) ?? NO_HEADERS
    );
  }

  #place(index: number, part: number): number {
    return this.packed.places[index * PLACES + part] ?? -1;
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
