import type { Entry } from './entry.js';
import { ATTACHED, CACHED, EntryList, TOUCHED, UNCOMMITTED } from './entry.js';

/** About what an entry costs beside its bytes: the objects, the map's slot, the headers of two buffers. Measured on Node 20. */
const ENTRY_OVERHEAD = 400;

/**
 * Counts the bytes of all overlays of a task, and evicts clean entries beyond the bound: a clock hand goes over them in
 * the order in which they became clean and passes by, once, what was read since.
 */
export class OverlayMemory {
  /** Of entries that the base does not hold. */
  uncommittedBytes = 0;
  /** Of these, what stands in record caches, neither logged nor forwarded. */
  cachedBytes = 0;
  /** Of clean entries, kept to spare reads of the base. */
  cleanBytes = 0;
  private readonly clean = new EntryList();

  constructor(
    /** Bound of `cleanBytes`. */
    private readonly maxCleanBytes: number,
  ) {}

  /** An entry is clean from now on. */
  addClean(entry: Entry): void {
    entry.bytes = sizeOf(entry);
    this.cleanBytes += entry.bytes;
    this.clean.append(entry);
    if (this.cleanBytes > this.maxCleanBytes) this.evict();
  }

  /** A clean entry is about to be written or dropped. */
  removeClean(entry: Entry): void {
    this.cleanBytes -= entry.bytes;
    entry.bytes = 0;
    this.clean.remove(entry);
  }

  /** An uncommitted entry has a new value, or came to the record cache, or left it. */
  recount(entry: Entry, wasCached: boolean): void {
    const bytes = sizeOf(entry);
    this.uncommittedBytes += bytes - entry.bytes;
    if (wasCached) this.cachedBytes -= entry.bytes;
    if ((entry.state & CACHED) !== 0) this.cachedBytes += bytes;
    entry.bytes = bytes;
  }

  /** An uncommitted entry is clean, or dropped. */
  removeUncommitted(entry: Entry, wasCached: boolean): void {
    this.uncommittedBytes -= entry.bytes;
    if (wasCached) this.cachedBytes -= entry.bytes;
    entry.bytes = 0;
  }

  private evict(): void {
    while (this.cleanBytes > this.maxCleanBytes) {
      const eldest = this.clean.head;
      if (eldest === undefined) return;
      if ((eldest.state & TOUCHED) !== 0) {
        eldest.state &= ~TOUCHED;
        this.clean.moveToEnd(eldest);
      } else {
        eldest.owner.forgetClean(eldest);
      }
    }
  }
}

function sizeOf(entry: Entry): number {
  const value = entry.value;
  return ENTRY_OVERHEAD + 2 * entry.key.length + (value === null || value === undefined ? 0 : value.length);
}

/** Whether the base holds what the entry says. */
export function isClean(entry: Entry): boolean {
  return (entry.state & (UNCOMMITTED | ATTACHED)) === ATTACHED;
}
