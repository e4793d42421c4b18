import { bytesToMapKey } from '../../util/bytes.js';
import type { RowBatch, RowLayout, WritableBase } from '../base.js';
import { Overlay } from '../overlay/overlay.js';
import type { OverlayMemory } from '../overlay/overlay-memory.js';

/*
 * What keys a prefix has, without a scan, where keys are `| length of the prefix, 4 bytes | prefix | rest |`:
 *
 *     head row   | 0 | length | prefix |  ->  | length, 4 bytes | rest | ...   up to 64, in the order of their bytes
 *                                             | ff |                           more, or there were: a scan tells
 *     value row  | 1 | key |
 *
 * Heads are derived from the value rows: they are committed with them, and made again when those are restored.
 */

/** Keys of a prefix that its head lists at most. */
export const MAX_LISTED = 64;

/** Below this many keys a prefix that had more is listed again. */
export const RELIST_BELOW = 32;

const LENGTH_BYTES = 4;
/** No list starts like this, since lengths are positive. */
const MANY = Buffer.of(0xff);

/** Rows of heads; those of values are `besideHeads`. */
export const PREFIX_HEAD_ROWS: RowLayout = {
  prefixLength: 1,
  writePrefix(row, at) {
    row[at] = 0;
  },
};

/** The heads of one store: active, frozen and committed, as its rows are. */
export class PrefixHeads {
  private readonly overlay: Overlay;

  constructor(
    private readonly base: WritableBase,
    memory: OverlayMemory,
  ) {
    this.overlay = new Overlay(base, memory, false);
  }

  /** A key has a row from now on, or has none. */
  changed(key: Buffer, present: boolean): void {
    const prefixEnd = prefixLength(key);
    const entry = this.overlay.entry(bytesToMapKey(key.subarray(0, prefixEnd)));
    const head = this.overlay.read(entry);
    if (head !== null && isMany(head)) return;
    const rest = key.subarray(prefixEnd);
    const changed = present ? withListed(head, rest) : withoutListed(head, rest);
    if (changed !== head) this.overlay.write(entry, changed, -1);
  }

  /** The keys of a prefix (its length included) in the order of their bytes; undefined: they are too many to be listed. */
  keysOf(prefix: Buffer): readonly Buffer[] | undefined {
    const head = this.overlay.read(this.overlay.entry(bytesToMapKey(prefix)));
    if (head === null) return [];
    return isMany(head) ? undefined : listed(head).map((rest) => Buffer.concat([prefix, rest]));
  }

  /** A scan found these to be all keys of a prefix, in order: lists them. */
  relist(prefix: Buffer, keys: readonly Buffer[]): void {
    const entry = this.overlay.entry(bytesToMapKey(prefix));
    const parts = keys.flatMap((key) => listing(key.subarray(prefix.length)));
    this.overlay.write(entry, parts.length === 0 ? null : Buffer.concat(parts), -1);
  }

  freeze(): void {
    this.overlay.freeze();
  }

  /** Puts the frozen heads into the batch, or into memory at once. */
  stage(batch: RowBatch | undefined): void {
    for (const { mapKey, frozenValue } of this.overlay.frozenEntries) {
      if (frozenValue === null) this.base.delete(batch, mapKey);
      else this.base.put(batch, mapKey, frozenValue);
    }
  }

  applied(): void {
    this.overlay.applied();
  }

  /** Only what is committed counts: after an abort. */
  reset(): void {
    this.overlay.abort();
  }

  /** Deletes every head. */
  async clear(): Promise<void> {
    this.reset();
    await this.base.clear();
  }
}

function isMany(head: Buffer): boolean {
  return head.length === MANY.length;
}

/** Length of what stands before the rest of a key. */
function prefixLength(key: Buffer): number {
  return LENGTH_BYTES + key.readInt32BE(0);
}

function listing(rest: Buffer): Buffer[] {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeInt32BE(rest.length, 0);
  return [length, rest];
}

function listed(head: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < head.length; at = next(head, at)) found.push(head.subarray(at + LENGTH_BYTES, next(head, at)));
  return found;
}

function next(head: Buffer, at: number): number {
  return at + LENGTH_BYTES + head.readInt32BE(at);
}

/** The head with one more key; the same if it is listed already. */
function withListed(head: Buffer | null, rest: Buffer): Buffer {
  if (head === null) return Buffer.concat(listing(rest));
  let count = 0;
  let place = head.length;
  for (let at = 0; at < head.length; at = next(head, at), count++) {
    if (place < head.length) continue;
    const order = rest.compare(head, at + LENGTH_BYTES, next(head, at));
    if (order === 0) return head;
    if (order < 0) place = at;
  }
  if (count >= MAX_LISTED) return MANY;
  return Buffer.concat([head.subarray(0, place), ...listing(rest), head.subarray(place)]);
}

/** The head without a key; null if it was the only one, the same if it is not listed. */
function withoutListed(head: Buffer | null, rest: Buffer): Buffer | null {
  if (head === null) return null;
  for (let at = 0; at < head.length; at = next(head, at)) {
    if (rest.compare(head, at + LENGTH_BYTES, next(head, at)) !== 0) continue;
    const left = Buffer.concat([head.subarray(0, at), head.subarray(next(head, at))]);
    return left.length === 0 ? null : left;
  }
  return head;
}
