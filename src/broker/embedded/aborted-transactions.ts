/** One transaction that was aborted, in one partition. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
  /** Offset of its marker. */
  readonly lastOffset: number;
  /** Last stable offset once it had ended: nothing that ends later begins below it. */
  readonly lastStableOffset: number;
}

/** The aborted transactions of one partition, in the order of their markers (Kafka's transaction index). */
export class AbortedTransactions {
  #ended: AbortedTransaction[] = [];

  get length(): number {
    return this.#ended.length;
  }

  add(transaction: AbortedTransaction): void {
    this.#ended.push(transaction);
  }

  /** Those that overlap the offsets from `from` up to, not including, `to`. */
  overlapping(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let at = this.#firstEndingAt(from); at < this.#ended.length; at++) {
      const transaction = this.#ended[at];
      if (transaction === undefined) break;
      if (transaction.firstOffset < to) found.push(transaction);
      if (transaction.lastStableOffset >= to) break;
    }
    return found;
  }

  /** Forgets those that end below an offset, and gives them. */
  truncateBefore(offset: number): AbortedTransaction[] {
    return this.#ended.splice(0, this.#firstEndingAt(offset));
  }

  /** Forgets the one whose marker stood at an offset; false if there was none. */
  remove(lastOffset: number): boolean {
    const at = this.#firstEndingAt(lastOffset);
    if (this.#ended[at]?.lastOffset !== lastOffset) return false;
    this.#ended.splice(at, 1);
    return true;
  }

  #firstEndingAt(offset: number): number {
    let low = 0;
    let high = this.#ended.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ended[middle]?.lastOffset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
