/** The first wait; every further one is twice as long. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A process that ran for so long has recovered: its earlier ends count no more. */
const RECOVERED_AFTER_MS = 60_000;
/** Ends in a row after which a process is given up. */
const MOST_ENDS = 6;

/** Decides how long to wait before a process that ended is started again, and when to give up. */
export class Restarts {
  #ends = 0;

  /** @returns milliseconds to wait; undefined: it ended too often */
  next(ranForMs: number): number | undefined {
    this.#ends = ranForMs >= RECOVERED_AFTER_MS ? 1 : this.#ends + 1;
    if (this.#ends >= MOST_ENDS) return undefined;
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#ends - 1));
  }
}
