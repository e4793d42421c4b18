import type { Entry } from './entry.js';
import { ATTACHED, CACHED, EntryList, TOUCHED, UNCOMMITTED } from './entry.js';

/**
 * About what an entry costs beside its bytes: the object and the map's slot; with buffers also theirs, and a share of the
 * allocations they were cut from. Measured on Node 20.
 */
const COMPACT_OVERHEAD = 250;
const BUFFERS_OVERHEAD = 800;

/**
 * Counts the bytes of all overlays of a task, and evicts clean entries beyond the bound: a clock hand goes over them in
 * the order in which they became clean. What was read since it passes by once; what is not compact it makes so; the rest
 * goes.
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

  /** A clean entry has become compact, or is so no longer. */
  recountClean(entry: Entry): void {
    this.cleanBytes -= entry.bytes;
    entry.bytes = sizeOf(entry);
    this.cleanBytes += entry.bytes;
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
      } else if (!eldest.compact) {
        eldest.makeCompact();
        this.recountClean(eldest);
        this.clean.moveToEnd(eldest);
      } else {
        eldest.owner.forgetClean(eldest);
      }
    }
  }
}

function sizeOf(entry: Entry): number {
  const length = entry.mapKey.length + entry.valueLength;
  return entry.compact ? COMPACT_OVERHEAD + length : BUFFERS_OVERHEAD + length;
}

/** Whether the base holds what the entry says. */
export function isClean(entry: Entry): boolean {
  return (entry.state & (UNCOMMITTED | ATTACHED)) === ATTACHED;
}
