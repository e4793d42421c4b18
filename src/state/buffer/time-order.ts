/** A row of a buffer as its order knows it. */
export interface OrderedRow {
  readonly timeMs: number;
  /** The key's bytes, one character per byte. */
  readonly mapKey: string;
  /** What the row counts for in the buffer's bound. */
  bytes: number;
}

/**
 * The rows of a buffer by time, then by the bytes of their keys: a binary heap. A row that was removed from the middle
 * stays in the heap until it comes to the top.
 */
export class TimeOrder {
  bytes = 0;
  private readonly rows = new Map<string, OrderedRow>();
  private readonly heap: OrderedRow[] = [];

  get size(): number {
    return this.rows.size;
  }

  get(mapKey: string): OrderedRow | undefined {
    return this.rows.get(mapKey);
  }

  /** A key that is there already keeps its place. */
  set(mapKey: string, timeMs: number, bytes: number): void {
    const present = this.rows.get(mapKey);
    this.bytes += bytes - (present?.bytes ?? 0);
    if (present !== undefined) {
      present.bytes = bytes;
      return;
    }
    const row = { timeMs, mapKey, bytes };
    this.rows.set(mapKey, row);
    this.heap.push(row);
    this.rise(this.heap.length - 1);
  }

  delete(mapKey: string): void {
    this.bytes -= this.rows.get(mapKey)?.bytes ?? 0;
    this.rows.delete(mapKey);
  }

  first(): OrderedRow | undefined {
    for (let top = this.heap[0]; top !== undefined; top = this.heap[0]) {
      if (this.rows.get(top.mapKey) === top) return top;
      this.dropTop();
    }
    return undefined;
  }

  clear(): void {
    this.rows.clear();
    this.heap.length = 0;
    this.bytes = 0;
  }

  private dropTop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >>> 1;
      if (!this.swapped(at, parent)) return;
      at = parent;
    }
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.before(left + 1, left) ? left + 1 : left;
      if (!this.swapped(child, at)) return;
      at = child;
    }
  }

  /** Swaps the two if the first comes before the second. */
  private swapped(earlier: number, later: number): boolean {
    if (!this.before(earlier, later)) return false;
    const [up, down] = [this.heap[earlier], this.heap[later]] as [OrderedRow, OrderedRow]; // `before` found both
    this.heap[earlier] = down;
    this.heap[later] = up;
    return true;
  }

  private before(left: number, right: number): boolean {
    const [a, b] = [this.heap[left], this.heap[right]];
    if (a === undefined || b === undefined) return false;
    return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.mapKey < b.mapKey);
  }
}
