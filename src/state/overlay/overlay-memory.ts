import type { Entry } from './entry.js';
import { CACHED } from './entry.js';

/**
 * About what an entry costs beside its bytes. Measured on Node 24: 430 for the objects, the map's slot and the value's share
 * of the allocation that it was cut from; the rest is what the garbage collector has not come to yet.
 */
const ENTRY_OVERHEAD = 800;

/**
 * What Kafka Streams' record cache counts for an entry beside key and value: list node, flags and the record's context
 * (NamedCache, LRUCacheEntry, ProcessorRecordContext). Counted alike, so that CACHE_MAX_BYTES evicts after as many entries.
 */
const CACHE_ENTRY_OVERHEAD = 64;

/** Counts the bytes of all overlays of a task. */
export class OverlayMemory {
  /** Of entries that the base does not hold. */
  uncommittedBytes = 0;
  /** What stands in record caches, neither logged nor forwarded, as Kafka Streams counts it. */
  cachedBytes = 0;

  /** An entry has a new value, or came to the record cache, or left it. */
  recount(entry: Entry, wasCached: boolean): void {
    const bytes = ENTRY_OVERHEAD + entry.mapKey.length + (entry.value?.length ?? 0);
    this.uncommittedBytes += bytes - entry.bytes;
    if (wasCached) this.cachedBytes -= inCache(entry.bytes);
    if ((entry.state & CACHED) !== 0) this.cachedBytes += inCache(bytes);
    entry.bytes = bytes;
  }

  /** An entry is committed, or dropped. */
  remove(entry: Entry, wasCached: boolean): void {
    this.uncommittedBytes -= entry.bytes;
    if (wasCached) this.cachedBytes -= inCache(entry.bytes);
    entry.bytes = 0;
  }
}

function inCache(bytes: number): number {
  return bytes - ENTRY_OVERHEAD + CACHE_ENTRY_OVERHEAD;
}
