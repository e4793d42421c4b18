import { readInt64, writeInt64 } from '../../util/bytes.js';
import { invalid } from '../../util/errors.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';
import { toMillis } from '../../util/time.js';
import { CommittedNumber } from '../committed-number.js';
import type { KeyValueStoreDefinition, PutOptions, StoreContext } from '../store.js';

/** Header of a changelog record whose entry is not gone a ttl after the record's time: when it is, 8 bytes, big-endian. */
const EXPIRES_HEADER = 'expires';

/**
 * When the entries of a key-value store with a ttl are gone. An entry that was written at `t` is there while the store's
 * observed time is below `t + ttl`, and gone from exactly then on: for reads, scans, joins and queries alike. Nothing else
 * happens at that moment; rows are deleted some time later, which nobody can observe.
 *
 * Observed time is stream time as far as the store has seen it. It belongs to the state: it is committed and aborted with it,
 * and a restore brings it to the time of the last change. An entry is written at the time of its value in a timestamped
 * store, else at that of the record that is processed; a punctuator writes at stream time.
 *
 * Every row has a time before its value: in a timestamped store the value's, to which the ttl is added; in a plain one the
 * time from which it is gone, which may be the entry's own.
 */
export class EntryExpiry {
  readonly observed = new CommittedNumber(-1);
  readonly ttlMs: number;
  private readonly storeName: string;
  private readonly timestamped: boolean;
  /** From a row's time to the moment when it is gone. */
  private readonly restMs: number;

  constructor(
    definition: KeyValueStoreDefinition & { readonly ttlMs: number },
    private readonly context: StoreContext,
  ) {
    this.ttlMs = definition.ttlMs;
    this.storeName = definition.name;
    this.timestamped = definition.timestamped;
    this.restMs = definition.timestamped ? definition.ttlMs : 0;
  }

  /** Takes note of stream time. */
  observe(): number {
    const streamTimeMs = this.context.streamTimeMs?.() ?? -1;
    if (streamTimeMs > this.observed.current) this.observed.current = streamTimeMs;
    return this.observed.current;
  }

  /** Whether an entry with this row time is gone. */
  gone(rowTime: number): boolean {
    return rowTime + this.restMs <= this.observe();
  }

  /** As {@link gone}, for every reader of the committed rows, now and later. */
  goneForGood(rowTime: number): boolean {
    return rowTime + this.restMs <= this.observed.committed;
  }

  /** When an entry with this row time is gone. */
  endOf(rowTime: number): number {
    return rowTime + this.restMs;
  }

  /**
   * The row time of an entry that is written now.
   * @param timestamp of its value, in a timestamped store
   * @throws MillraceError `INVALID_TTL`, `STORE_WITHOUT_ENTRY_TTL`
   */
  rowTime(timestamp: number, options: PutOptions | undefined): number {
    this.observe();
    if (this.timestamped) {
      if (options?.ttl !== undefined) throw withoutEntryTtl(this.storeName);
      return timestamp;
    }
    const record = this.context.recordContext();
    const writtenMs = record === undefined || record.topic === '' ? this.observed.current : record.timestamp;
    return writtenMs + (options?.ttl === undefined ? this.ttlMs : this.ownTtl(toMillis(options.ttl)));
  }

  /** Headers of the changelog record of a plain store's entry, from which {@link restored} finds its row time again. */
  headersOf(rowTime: number, recordTime: number): Headers {
    if (rowTime === recordTime + this.ttlMs) return NO_HEADERS;
    const bytes = Buffer.allocUnsafe(8);
    writeInt64(bytes, rowTime, 0);
    return [[EXPIRES_HEADER, bytes]];
  }

  /** The row time of an entry as its changelog record tells it. */
  restored(timestamp: number, headers: Headers): number {
    const own = this.timestamped ? undefined : headers.find(([name]) => name === EXPIRES_HEADER)?.[1];
    const endMs = own?.length === 8 ? readInt64(own, 0) : timestamp + this.ttlMs;
    // An entry of its own ttl was written later than this says, never earlier.
    this.observed.current = Math.max(this.observed.current, endMs - this.ttlMs);
    return this.timestamped ? timestamp : endMs;
  }

  private ownTtl(ttlMs: number): number {
    if (ttlMs > 0 && ttlMs <= this.ttlMs) return ttlMs;
    throw invalid('INVALID_TTL', `An entry of store "${this.storeName}" cannot be kept for ${ttlMs} ms`, {
      hint: `Give a ttl above 0 and up to the store's own, ${this.ttlMs} ms, by which its changelog is kept.`,
      context: { store: this.storeName },
    });
  }
}

/** The store keeps no ttl per entry. */
export function withoutEntryTtl(store: string) {
  return invalid('STORE_WITHOUT_ENTRY_TTL', `Store "${store}" keeps no ttl per entry`, {
    hint: 'Give keyValueStore a ttl, the longest of its entries, and no timestamps.',
    context: { store },
  });
}
