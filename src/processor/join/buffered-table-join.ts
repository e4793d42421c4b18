import type { RecordBuffer } from '../../state/store.js';
import { EMISSION_SLICE, Record, type ProcessorContext } from '../../topology/processor.js';
import { MillraceError } from '../../util/errors.js';
import type { TableView } from '../ktable/value-getter.js';
import { StreamTableJoinProcessor, type StreamTableJoin } from './stream-table-join.js';

/** How long the records of a stream wait for the table. */
export interface JoinGrace {
  readonly storeName: string;
  readonly graceMs: number;
}

/**
 * Joins a stream with a versioned table (KIP-923): each record waits until the stream is `graceMs` ahead of it, so that the
 * table's version of its time has come, and is joined by its place in time. A record that is late by more is joined at once.
 */
export class BufferedTableJoinProcessor<K, V, VT, VR> extends StreamTableJoinProcessor<K, V, VT, VR> {
  readonly #grace: JoinGrace;
  #buffer!: RecordBuffer<K, V>; // set by init, which always comes before process

  constructor(join: StreamTableJoin<K, V, VT, VR>, table: TableView<K, VT>, grace: JoinGrace) {
    super(join, table);
    this.#grace = grace;
  }

  override init(context: ProcessorContext<K, VR>): void {
    super.init(context);
    this.#buffer = context.getStateStore(this.#grace.storeName);
  }

  override process(record: Record<K, V>): void | Promise<void> {
    const { key, value, timestamp, headers } = record;
    if (this.drops(record)) return;
    if (key == null) throw this.#nullKey();
    if (timestamp < this.#buffer.observedTimeMs - this.#grace.graceMs) {
      this.join(record);
      return;
    }
    const origin = this.context.recordMetadata() ?? NO_ORIGIN;
    this.#buffer.put(key, value, { ...origin, timestamp, headers });
    return this.#emit(this.#buffer.observedTimeMs - this.#grace.graceMs);
  }

  #emit(dueMs: number): void | Promise<void> {
    for (let emitted = 0; this.#buffer.firstTimeMs <= dueMs; emitted++) {
      if (emitted === EMISSION_SLICE) return this.#emitOn(dueMs);
      const first = this.#buffer.first();
      if (first === undefined) return; // there always is one, since its time was asked for
      const { key, value, context } = first;
      this.join(new Record(key, value, context.timestamp, context.headers), context);
      this.#buffer.removeFirst();
    }
  }

  async #emitOn(dueMs: number): Promise<void> {
    await this.context.room();
    await this.#emit(dueMs);
  }

  #nullKey(): MillraceError {
    return new MillraceError({
      code: 'NULL_KEY_BUFFERED',
      kind: 'data',
      message: `A record without a key cannot wait for the table in the join "${this.context.nodeName}"`,
      hint: 'Give the records keys, or filter those without one before the join; only a left join without a grace period takes them.',
      context: { node: this.context.nodeName },
    });
  }
}

/** Of a record that came from a punctuation. */
const NO_ORIGIN = { topic: '', partition: -1, offset: -1 };
