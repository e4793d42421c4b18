import type { Serde } from '../../serde/serde.js';
import { bytesToMapKey, mapKeyToBytes } from '../../util/bytes.js';
import { internal } from '../../util/errors.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';
import { bufferedSize, bufferRowBytes, bufferTimeOf, readBufferedChange } from '../changelog/buffer-format.js';
import type { MemoryBase } from '../memory/memory-base.js';
import type { BufferedRecord, ChangeBuffer, ChangeBufferDefinition, RecordContext } from '../store.js';
import type { Table } from '../table.js';
import { ChangedKeys } from './changed-keys.js';
import { TimeOrder } from './time-order.js';

/** Tells the changelog's format, as Kafka Streams does. */
const FORMAT: Headers = Object.freeze([['v', Buffer.from([3])]] as const);

/**
 * The buffer of a suppression. Its rows are those of its changelog and go the way of every store's (overlay, base); their
 * order is kept beside them and made anew from the committed rows after an abort.
 */
export class TableChangeBuffer<K, V> implements ChangeBuffer<K, V> {
  readonly name: string;
  private readonly keySerde: Serde<K>;
  private readonly valueSerde: Serde<V>;
  private readonly order = new TimeOrder();
  private readonly changed = new ChangedKeys();

  constructor(
    readonly definition: ChangeBufferDefinition,
    private readonly table: Table,
    private readonly base: MemoryBase,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.valueSerde = definition.valueSerde as Serde<V>; // as above
  }

  get size(): number {
    return this.order.size;
  }

  get bytes(): number {
    return this.order.bytes;
  }

  put(timeMs: number, key: K, newValue: V | null, oldValue: V | null, context: RecordContext): void {
    const bytes = this.keySerde.serialize(key);
    const mapKey = bytesToMapKey(bytes);
    const present = this.order.get(mapKey);
    const row = present === undefined ? undefined : this.row(mapKey);
    const old = this.toBytes(oldValue);
    const priorValue = row === undefined ? old : readBufferedChange(row).priorValue;
    const change = { context, priorValue, oldValue: old, newValue: this.toBytes(newValue) };
    this.order.set(mapKey, timeMs, bufferedSize(bytes, change));
    this.write(mapKey, bufferRowBytes(change, present?.timeMs ?? timeMs));
  }

  first(): BufferedRecord<K, V> | undefined {
    const first = this.order.first();
    if (first === undefined) return undefined;
    const key = mapKeyToBytes(first.mapKey);
    const { context, newValue, oldValue } = readBufferedChange(this.row(first.mapKey));
    return {
      timeMs: first.timeMs,
      key: this.keySerde.deserialize(key, 0, key.length),
      newValue: this.fromBytes(newValue),
      oldValue: this.fromBytes(oldValue),
      context,
    };
  }

  get firstTimeMs(): number {
    return this.order.first()?.timeMs ?? Infinity;
  }

  removeFirst(): void {
    const first = this.order.first();
    if (first === undefined) return;
    this.order.delete(first.mapKey);
    this.write(first.mapKey, null);
  }

  priorValue(key: K): V | null | undefined {
    const mapKey = bytesToMapKey(this.keySerde.serialize(key));
    if (this.order.get(mapKey) === undefined) return undefined;
    return this.fromBytes(readBufferedChange(this.row(mapKey)).priorValue);
  }

  /** Logs up to `limit` of the keys that were changed since they were logged last; gives how many there were. */
  logChanges(limit: number): number {
    const keys = this.changed.take(limit);
    for (const mapKey of keys) {
      const row = this.order.get(mapKey) === undefined ? null : this.row(mapKey);
      this.table.logAs(mapKeyToBytes(mapKey), row, -1, row === null ? NO_HEADERS : FORMAT);
    }
    return keys.length;
  }

  /** Takes note of a row that is restored. */
  restored(mapKey: string, row: Buffer | null): void {
    if (row === null) this.order.delete(mapKey);
    else this.place(mapKey, row);
  }

  /** The committed rows are all there is. */
  reset(): void {
    this.order.clear();
    this.changed.clear();
    for (const [mapKey, row] of this.base.entries()) this.place(mapKey, row);
  }

  private place(mapKey: string, row: Buffer): void {
    this.order.set(mapKey, bufferTimeOf(row), bufferedSize(mapKeyToBytes(mapKey), readBufferedChange(row)));
  }

  private write(mapKey: string, row: Buffer | null): void {
    const entry = this.table.entry(mapKey);
    this.table.overlay.write(entry, row, -1);
    if (this.definition.logging !== false) this.changed.add(mapKey);
  }

  /** The row of a key that is in the order. */
  private row(mapKey: string): Buffer {
    const row = this.table.overlay.read(this.table.entry(mapKey));
    if (row !== null) return row;
    throw internal('BUFFER_ROW_LOST', `Buffer "${this.name}" has no row for a key that it keeps the place of`);
  }

  private toBytes(value: V | null): Buffer | null {
    return value === null ? null : this.valueSerde.serialize(value);
  }

  private fromBytes(bytes: Buffer | null): V | null {
    return bytes === null ? null : this.valueSerde.deserialize(bytes, 0, bytes.length);
  }
}
