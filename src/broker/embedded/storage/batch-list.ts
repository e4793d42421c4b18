import { baseOffsetOf, lastOffsetOf } from '../stored-batch.js';

/** Consecutive batches of one log in memory, in offset order. */
export class BatchList {
  #batches: Buffer[] = [];
  /** Batches before this index are gone; the array is cut now and then. */
  #first = 0;
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  get length(): number {
    return this.#batches.length - this.#first;
  }

  /** Base offset of the first batch; undefined when empty. */
  get baseOffset(): number | undefined {
    const batch = this.#batches[this.#first];
    return batch === undefined ? undefined : baseOffsetOf(batch);
  }

  append(bytes: Buffer): void {
    this.#batches.push(bytes);
    this.#byteLength += bytes.length;
  }

  /** Puts other bytes in the place of the batch with this base offset, if it is here. */
  replace(baseOffset: number, bytes: Buffer): void {
    const at = this.#indexOf(baseOffset);
    if (at === undefined) return;
    this.#byteLength += bytes.length - (this.#batches[at]?.length ?? 0);
    this.#batches[at] = bytes;
  }

  remove(baseOffset: number): void {
    const at = this.#indexOf(baseOffset);
    if (at === undefined) return;
    this.#byteLength -= this.#batches[at]?.length ?? 0;
    this.#batches.splice(at, 1);
  }

  truncateBefore(offset: number): void {
    for (let batch = this.#batches[this.#first]; batch !== undefined; batch = this.#batches[this.#first]) {
      if (lastOffsetOf(batch) >= offset) return;
      this.dropFirst();
    }
  }

  /** Drops the first batch and gives its size. */
  dropFirst(): number {
    const batch = this.#batches[this.#first];
    if (batch === undefined) return 0;
    this.#byteLength -= batch.length;
    this.#first++;
    if (this.#first > 1_024 || this.#first === this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#first = 0;
    }
    return batch.length;
  }

  /** See BrokerStorage.readBatches. */
  read(fromOffset: number, toOffset: number, maxBytes: number): Buffer[] {
    const found: Buffer[] = [];
    let size = 0;
    for (let at = this.#firstEndingAt(fromOffset); at < this.#batches.length; at++) {
      const batch = this.#batches[at];
      if (batch === undefined || baseOffsetOf(batch) >= toOffset) break;
      size += batch.length;
      if (found.length > 0 && size > maxBytes) break;
      found.push(batch);
    }
    return found;
  }

  /** Index of the first batch whose last offset is at or after `offset`. */
  #firstEndingAt(offset: number): number {
    let low = this.#first;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const batch = this.#batches[middle];
      if (batch !== undefined && lastOffsetOf(batch) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexOf(baseOffset: number): number | undefined {
    const at = this.#firstEndingAt(baseOffset);
    const batch = this.#batches[at];
    return batch !== undefined && baseOffsetOf(batch) === baseOffset ? at : undefined;
  }
}
