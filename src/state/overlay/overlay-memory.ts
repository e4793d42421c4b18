import type { Entry } from './entry.js';
import { CACHED } from './entry.js';

/**
 * About what an entry costs beside its bytes: the object and the map's slot, key and value as buffers, and a share of the
 * allocations they were cut from. Measured on Node 20.
 */
const ENTRY_OVERHEAD = 800;

/** Counts the bytes of all overlays of a task. */
export class OverlayMemory {
  /** Of entries that the base does not hold. */
  uncommittedBytes = 0;
  /** Of these, what stands in record caches, neither logged nor forwarded. */
  cachedBytes = 0;

  /** An entry has a new value, or came to the record cache, or left it. */
  recount(entry: Entry, wasCached: boolean): void {
    const bytes = ENTRY_OVERHEAD + entry.mapKey.length + (entry.value?.length ?? 0);
    this.uncommittedBytes += bytes - entry.bytes;
    if (wasCached) this.cachedBytes -= entry.bytes;
    if ((entry.state & CACHED) !== 0) this.cachedBytes += bytes;
    entry.bytes = bytes;
  }

  /** An entry is committed, or dropped. */
  remove(entry: Entry, wasCached: boolean): void {
    this.uncommittedBytes -= entry.bytes;
    if (wasCached) this.cachedBytes -= entry.bytes;
    entry.bytes = 0;
  }
}
