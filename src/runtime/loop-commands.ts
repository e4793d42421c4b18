import { asError } from './as-error.js';

/** Work that must not run beside a slice or a commit: the loop takes it between them, one at a time, in order. */
export class LoopCommands {
  readonly #queue: (() => Promise<void>)[] = [];
  #closed = false;

  /** @param wake called when there is something to take */
  constructor(private readonly wake: () => void) {}

  get pending(): boolean {
    return this.#queue.length > 0;
  }

  /** Settles as `work` does, once the loop has run it. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      this.#queue.push(async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(asError(error));
        }
      });
    });
    if (this.#closed) void this.drain();
    else this.wake();
    return done;
  }

  /** Runs what is queued, also what is queued meanwhile. */
  async drain(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await next();
  }

  /** The loop has ended: what is queued, and what comes later, runs at once. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.drain();
  }
}
