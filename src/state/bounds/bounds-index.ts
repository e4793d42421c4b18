import type { RowBatch, RowLayout, WritableBase } from '../base.js';
import { SortedBounds } from './sorted-bounds.js';

/*
 * What windows or sessions a key has, without a scan: a head row per segment and key lists their bounds.
 *
 *     head row   | 0 | segment, 6 bytes | key | segment, 6 bytes |  ->  pairs of times, 16 bytes each
 *     value row  | 1 | ...
 *
 * A head may list more than there is (a change that was dropped), never less: whoever reads it asks for the value row too.
 * Heads are kept in memory as long as they change, and written with the commit.
 */

const HEAD_KIND = 0;
const VALUE_KIND = 1;
const SEGMENT_BYTES = 6;

/** Pairs in heads that are only kept because they may be needed again. */
const MAX_CLEAN_PAIRS = 262_144;

/** Rows of heads. */
export const HEAD_ROWS: RowLayout = {
  prefixLength: 1 + SEGMENT_BYTES,
  writePrefix(row, at) {
    row[at] = HEAD_KIND;
    row.copy(row, at + 1, row.length - SEGMENT_BYTES);
  },
};

/** Value rows of a store that has heads beside them. */
export function besideHeads(layout: RowLayout): RowLayout {
  return {
    prefixLength: 1 + layout.prefixLength,
    writePrefix(row, at) {
      row[at] = VALUE_KIND;
      layout.writePrefix(row, at + 1);
    },
  };
}

/** Where value rows start that have heads beside them. */
export const VALUE_ROWS = Buffer.of(VALUE_KIND);

interface Head {
  readonly rowKey: string;
  readonly bounds: SortedBounds;
  /** Changed since the last freeze. */
  dirty: boolean;
  /** As of the freeze, until that is applied. */
  frozen: Buffer | undefined;
}

/** The heads of one store: active, frozen and committed, as its rows are. */
export class BoundsIndex {
  private readonly heads = new Map<string, Head>();
  private dirty: Head[] = [];
  private frozen: Head[] = [];
  /** What the clean heads weigh together. */
  private cleanPairs = 0;

  constructor(
    private readonly base: WritableBase,
    /** False where another thread writes, so that every read asks the base. */
    private readonly keeps: boolean,
    private readonly maxCleanPairs = MAX_CLEAN_PAIRS,
  ) {}

  /** The bounds of a key (one character per byte) in a segment. Not to be changed but by this index. */
  bounds(key: string, segment: number): SortedBounds {
    return this.head(key, segment).bounds;
  }

  add(key: string, segment: number, first: number, second: number): void {
    const head = this.head(key, segment);
    if (head.bounds.add(first, second)) this.changed(head, 1);
  }

  remove(key: string, segment: number, first: number, second: number): void {
    const head = this.head(key, segment);
    if (head.bounds.remove(first, second)) this.changed(head, -1);
  }

  freeze(): void {
    for (const head of this.dirty) {
      head.dirty = false;
      head.frozen = head.bounds.toBytes();
    }
    this.frozen = this.dirty;
    this.dirty = [];
  }

  /** Puts the frozen heads into the batch, or into memory at once. */
  stage(batch: RowBatch | undefined): void {
    for (const { rowKey, frozen } of this.frozen) {
      if (frozen === undefined || frozen.length === 0) this.base.delete(batch, rowKey);
      else this.base.put(batch, rowKey, frozen);
    }
  }

  applied(): void {
    for (const head of this.frozen) {
      head.frozen = undefined;
      if (!head.dirty) this.cleanPairs += weightOf(head);
    }
    this.frozen = [];
    if (this.cleanPairs > this.maxCleanPairs) this.evict();
  }

  /** Only what is committed counts: after an abort. */
  reset(): void {
    this.heads.clear();
    this.dirty = [];
    this.frozen = [];
    this.cleanPairs = 0;
  }

  /** Deletes every head. */
  async clear(): Promise<void> {
    this.reset();
    await this.base.clear();
  }

  /** Deletes the heads of the segments below. */
  async deleteBelow(segment: number): Promise<void> {
    const prefix = Buffer.allocUnsafe(1 + SEGMENT_BYTES);
    prefix[0] = HEAD_KIND;
    prefix.writeUIntBE(Math.max(0, segment), 1, SEGMENT_BYTES);
    await this.base.deleteBelow(prefix);
  }

  private head(key: string, segment: number): Head {
    const rowKey = key + segmentText(segment);
    const known = this.heads.get(rowKey);
    if (known !== undefined) return known;
    const bytes = this.base.get(rowKey);
    const bounds = bytes === undefined ? new SortedBounds() : SortedBounds.fromBytes(bytes);
    const head: Head = { rowKey, bounds, dirty: false, frozen: undefined };
    if (!this.keeps) return head;
    this.heads.set(rowKey, head);
    this.cleanPairs += weightOf(head);
    if (this.cleanPairs > this.maxCleanPairs) this.evict(head);
    return head;
  }

  /** @param pairs how many were added */
  private changed(head: Head, pairs: number): void {
    if (head.dirty) return;
    if (isClean(head)) this.cleanPairs -= weightOf(head) - pairs;
    head.dirty = true;
    this.dirty.push(head);
  }

  /** Forgets clean heads, the oldest first, down to half of what may be kept. */
  private evict(except?: Head): void {
    for (const [rowKey, head] of this.heads) {
      if (this.cleanPairs <= this.maxCleanPairs / 2) return;
      if (head === except || !isClean(head)) continue;
      this.heads.delete(rowKey);
      this.cleanPairs -= weightOf(head);
    }
  }
}

/** An empty head takes memory too. */
function weightOf({ bounds }: Head): number {
  return bounds.size + 1;
}

function isClean(head: Head): boolean {
  return !head.dirty && head.frozen === undefined;
}

let segmentKnown = -1;
let segmentKnownText = '';

/** The bytes of a segment id, one character each; mostly that of the call before. */
function segmentText(segment: number): string {
  if (segment === segmentKnown) return segmentKnownText;
  const bytes = Buffer.allocUnsafe(SEGMENT_BYTES);
  bytes.writeUIntBE(segment, 0, SEGMENT_BYTES);
  segmentKnown = segment;
  return (segmentKnownText = bytes.latin1Slice(0, SEGMENT_BYTES));
}
