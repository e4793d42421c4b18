/**
 * A binary heap that breaks ties exactly as `java.util.PriorityQueue` does, because Kafka Streams' choice among equal
 * timestamps is observable. Smallest `priority` first.
 */
export class PriorityQueue<T> {
  readonly #heap: T[] = [];
  readonly #priority: (item: T) => number;

  /** @param priority must not change while the item is queued */
  constructor(priority: (item: T) => number) {
    this.#priority = priority;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** The first item, left in place. */
  peek(): T | undefined {
    return this.#heap[0];
  }

  add(item: T): void {
    this.#heap.push(item);
    this.#siftUp(this.#heap.length - 1, item);
  }

  /** Takes the first item out. */
  poll(): T | undefined {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return last;
    const first = heap[0];
    this.#siftDown(0, last);
    return first;
  }

  /** Keeps the items that `keep` accepts. */
  retain(keep: (item: T) => boolean): void {
    const kept = this.#heap.filter(keep);
    this.#heap.length = 0;
    for (const item of kept) this.add(item);
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #siftUp(from: number, item: T): void {
    const heap = this.#heap;
    const priority = this.#priority(item);
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = heap[parentAt] as T; // at > 0, so it has a parent
      if (priority >= this.#priority(parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = item;
  }

  #siftDown(from: number, item: T): void {
    const heap = this.#heap;
    const priority = this.#priority(item);
    const size = heap.length;
    let at = from;
    while (at < size >>> 1) {
      let childAt = 2 * at + 1;
      let child = heap[childAt] as T; // at < size / 2, so it has a left child
      if (childAt + 1 < size) {
        const right = heap[childAt + 1] as T; // just checked
        if (this.#priority(child) > this.#priority(right)) {
          child = right;
          childAt++;
        }
      }
      if (priority <= this.#priority(child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = item;
  }
}
