import { BatchList } from './batch-list.js';

/**
 * The youngest batches of every log, up to a bound in bytes over all logs. What is not yet on disk is always here; what
 * is cached of one log reaches to its end without a gap.
 */
export class BatchCache {
  readonly #logs = new Map<number, BatchList>();
  /** Batches in the order they came, as pairs of log and base offset; the oldest goes first. */
  #order: number[] = [];
  #oldest = 0;
  #byteLength = 0;

  constructor(private readonly maxBytes: number) {}

  get byteLength(): number {
    return this.#byteLength;
  }

  /** How many batches have come so far; handed to {@link evict} once they are on disk. */
  get arrived(): number {
    return this.#evicted + (this.#order.length - this.#oldest) / 2;
  }
  #evicted = 0;

  append(log: number, baseOffset: number, bytes: Buffer): void {
    let batches = this.#logs.get(log);
    if (batches === undefined) {
      batches = new BatchList();
      this.#logs.set(log, batches);
    }
    batches.append(bytes);
    this.#byteLength += bytes.length;
    this.#order.push(log, baseOffset);
  }

  get(log: number): BatchList | undefined {
    return this.#logs.get(log);
  }

  /** Changes what is cached of a log. */
  change(log: number, change: (batches: BatchList) => void): void {
    const batches = this.#logs.get(log);
    if (batches === undefined) return;
    const before = batches.byteLength;
    change(batches);
    this.#byteLength += batches.byteLength - before;
  }

  removeLog(log: number): void {
    this.#byteLength -= this.#logs.get(log)?.byteLength ?? 0;
    this.#logs.delete(log);
  }

  /** Drops the oldest batches while there are too many bytes, at most the first `written` that ever came. */
  evict(written: number): void {
    while (this.#byteLength > this.maxBytes && this.#evicted < written) {
      const log = this.#order[this.#oldest] ?? 0;
      const baseOffset = this.#order[this.#oldest + 1];
      this.#oldest += 2;
      this.#evicted++;
      const batches = this.#logs.get(log);
      if (batches?.baseOffset === baseOffset) this.#byteLength -= batches?.dropFirst() ?? 0;
    }
    if (this.#oldest > 4_096 || this.#oldest === this.#order.length) {
      this.#order = this.#order.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}
