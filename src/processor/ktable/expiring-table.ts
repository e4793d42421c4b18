import { EMPTY_BYTES } from '../../util/bytes.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { ExpiringKeyValueStore, KeyValueStore, ValueAndTimestamp } from '../../state/store.js';
import { EMISSION_SLICE, type Processor, type ProcessorContext, type Record } from '../../topology/processor.js';
import type { ExpiryKey } from './expiry-key.js';
import { UpdateForwarder } from './update-forwarder.js';
import type { Change } from './change.js';

/** The node of a table whose rows have a ttl, and of whose end it tells. */
export interface ExpiringTableOptions {
  readonly storeName: string;
  /** Store of the times to look at rows. */
  readonly expiryStoreName: string;
  readonly sendOldValues: boolean;
}

/**
 * Runs the node of a table, and deletes rows that are gone and tells of it as of any deletion: as soon as stream time reaches
 * the end of their ttl, and before a record of their key is processed. All of it follows from stream time, so a replay tells
 * the same, in the same order: rows that were never prolonged by their ends, others a little earlier.
 *
 * Every row has an entry in a second store, at or before its end. A write that prolongs a row leaves the entry where it is:
 * when its time comes, it is put again at the row's end.
 */
export class ExpiringTableProcessor<K, V> implements Processor<K, unknown, K, Change<V>> {
  readonly #table: Processor<K, unknown, K, Change<V>>;
  readonly #options: ExpiringTableOptions;
  #context!: ProcessorContext<K, Change<V>>; // these four are set by init, which always comes before process
  #store!: ExpiringKeyValueStore<K, V | ValueAndTimestamp<V>>;
  #ends!: KeyValueStore<ExpiryKey<K>, Buffer>;
  #forwarder!: UpdateForwarder<K, V>;
  /** No entry has a time before this one. */
  #firstMs = -1;

  constructor(table: Processor<K, unknown, K, Change<V>>, options: ExpiringTableOptions) {
    this.#table = table;
    this.#options = options;
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    const { storeName, expiryStoreName, sendOldValues } = this.#options;
    this.#table.init?.(context);
    this.#context = context;
    this.#store = context.getStateStore(storeName);
    this.#ends = context.getStateStore(expiryStoreName);
    // In place of the table's own, which does the same.
    this.#forwarder = new UpdateForwarder(context, storeName, sendOldValues);
    context.schedule(1, 'streamTime', (nowMs) => (this.#firstMs <= nowMs ? this.#tellAll(nowMs) : undefined));
  }

  process(record: Record<K, unknown>): void | Promise<void> {
    const { key } = record;
    if (key == null) return this.#table.process(record);
    let endMs = this.#store.expiresAt(key);
    if (endMs !== undefined && endMs <= this.#context.currentStreamTimeMs()) {
      this.#tell(key, endMs);
      endMs = undefined;
    }
    const waiting = this.#table.process(record);
    if (waiting !== undefined)
      return waiting.then(() => {
        this.#written(key, endMs);
      });
    this.#written(key, endMs);
  }

  close(): void {
    this.#table.close?.();
  }

  /** A row may have been written that had, or was about to have, an entry at or before `knownMs`. */
  #written(key: K, knownMs: number | undefined): void {
    const endMs = this.#store.expiresAt(key);
    if (endMs === undefined || (knownMs !== undefined && knownMs <= endMs)) return;
    this.#ends.put({ timeMs: endMs, key }, EMPTY_BYTES);
    this.#firstMs = Math.min(this.#firstMs, endMs);
  }

  async #tellAll(nowMs: number): Promise<void> {
    let told = 0;
    this.#firstMs = Infinity;
    for await (const [end] of this.#ends.all()) {
      if (end.timeMs > nowMs) {
        this.#firstMs = Math.min(this.#firstMs, end.timeMs);
        return;
      }
      await this.#context.forwarded();
      this.#ends.put(end, null);
      const endMs = this.#store.expiresAt(end.key);
      if (endMs === undefined) continue;
      if (endMs > nowMs) this.#written(end.key, undefined);
      else this.#tell(end.key, endMs);
      if (++told % EMISSION_SLICE === 0) await this.#context.room();
    }
  }

  #tell(key: K, endMs: number): void {
    const last = this.#store.lastValue(key);
    if (last === undefined) return;
    const { definition } = this.#store;
    const timestamped = definition.kind === 'keyValue' && definition.timestamped;
    // The definition tells which of the two the value is.
    const oldValue = timestamped ? (last as ValueAndTimestamp<V>).value : (last as V);
    this.#store.put(key, null);
    this.#forwarder.forward(key, null, oldValue, endMs, NO_HEADERS);
  }
}
