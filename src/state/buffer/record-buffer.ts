import type { Serde } from '../../serde/serde.js';
import { mapKeyToBytes, bytesToMapKey, readInt64, writeInt64 } from '../../util/bytes.js';
import { internal } from '../../util/errors.js';
import { NO_HEADERS } from '../../util/headers.js';
import { bufferRowBytes, readBufferedChange } from '../changelog/buffer-format.js';
import { MAX_SEQUENCE } from '../changelog/window-format.js';
import { CommittedNumber } from '../committed-number.js';
import type { MemoryBase } from '../memory/memory-base.js';
import type { RecordBuffer, RecordBufferDefinition, RecordContext, WaitingRecord } from '../store.js';
import type { Table } from '../table.js';
import { TimeOrder } from './time-order.js';

/** Kafka Streams' kind of key, then the time. */
const TIME_AT = 1;
const KEY_AT = 9;
const SEQUENCE_BYTES = 4;

/**
 * The buffer of a stream-table join with a grace period. Its rows are those of its changelog, as Kafka Streams writes them:
 *
 *     | 0, 1 | time, 8 | key | sequence number, 4 |   ->   a buffered change without old values (buffer-format.ts)
 *
 * They go the way of every store's (overlay, base); their order is kept beside them and made anew from the committed rows
 * after an abort.
 */
export class TableRecordBuffer<K, V> implements RecordBuffer<K, V> {
  readonly name: string;
  readonly observed = new CommittedNumber(-1);
  /** Of the last record; tells records of equal time and key apart. */
  readonly sequence = new CommittedNumber(0);
  private readonly keySerde: Serde<K>;
  private readonly valueSerde: Serde<V>;
  private readonly order = new TimeOrder();

  constructor(
    readonly definition: RecordBufferDefinition,
    private readonly table: Table,
    private readonly base: MemoryBase,
  ) {
    this.name = definition.name;
    this.keySerde = definition.keySerde as Serde<K>; // the definition stands in a list of stores of any type
    this.valueSerde = definition.valueSerde as Serde<V>; // as above
  }

  get observedTimeMs(): number {
    return this.observed.current;
  }

  get firstTimeMs(): number {
    return this.order.first()?.timeMs ?? Infinity;
  }

  put(key: K, value: V, context: RecordContext): void {
    const { timestamp } = context;
    const sequence = (this.sequence.current = (this.sequence.current + 1) & MAX_SEQUENCE);
    const rowKey = rowKeyOf(timestamp, this.keySerde.serialize(key), sequence);
    const newValue = this.valueSerde.serialize(value);
    const row = bufferRowBytes({ context, priorValue: null, oldValue: null, newValue }, 0);
    this.place(bytesToMapKey(rowKey), timestamp);
    this.write(rowKey, row);
  }

  first(): WaitingRecord<K, V> | undefined {
    const first = this.order.first();
    if (first === undefined) return undefined;
    const row = this.table.overlay.read(this.table.entry(first.mapKey));
    const buffered = row === null ? undefined : readBufferedChange(row);
    if (buffered === undefined || buffered.newValue === null) {
      throw internal('BUFFER_ROW_LOST', `Buffer "${this.name}" has no row for a record that it keeps the place of`);
    }
    const rowKey = mapKeyToBytes(first.mapKey);
    const { newValue, context } = buffered;
    return {
      key: this.keySerde.deserialize(rowKey, KEY_AT, rowKey.length - SEQUENCE_BYTES),
      value: this.valueSerde.deserialize(newValue, 0, newValue.length),
      context,
    };
  }

  removeFirst(): void {
    const first = this.order.first();
    if (first === undefined) return;
    this.order.delete(first.mapKey);
    this.write(mapKeyToBytes(first.mapKey), null);
  }

  /** Takes note of a row that is restored. */
  restored(mapKey: string, rowKey: Buffer, row: Buffer | null): void {
    if (row === null) {
      this.order.delete(mapKey);
      return;
    }
    // Numbering goes on after the last put: a removal names an older record, while others with higher numbers wait.
    this.sequence.current = rowKey.readInt32BE(rowKey.length - SEQUENCE_BYTES);
    this.place(mapKey, readInt64(rowKey, TIME_AT));
  }

  /** The committed rows are all there is. */
  reset(): void {
    this.order.clear();
    for (const mapKey of this.base.keys()) this.order.set(mapKey, readInt64(mapKeyToBytes(mapKey), TIME_AT), 0);
  }

  private place(mapKey: string, timeMs: number): void {
    this.order.set(mapKey, timeMs, 0);
    if (timeMs > this.observed.current) this.observed.current = timeMs;
  }

  private write(rowKey: Buffer, row: Buffer | null): void {
    this.table.overlay.write(this.table.entry(bytesToMapKey(rowKey)), row, -1);
    this.table.logAs(rowKey, row, -1, NO_HEADERS);
  }
}

function rowKeyOf(timeMs: number, key: Buffer, sequence: number): Buffer {
  const rowKey = Buffer.allocUnsafe(KEY_AT + key.length + SEQUENCE_BYTES);
  rowKey[0] = 0;
  writeInt64(rowKey, timeMs, TIME_AT);
  key.copy(rowKey, KEY_AT);
  rowKey.writeInt32BE(sequence, KEY_AT + key.length);
  return rowKey;
}
