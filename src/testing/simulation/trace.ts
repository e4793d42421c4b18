import { createHash, type Hash } from 'node:crypto';

/** How many of the last events are kept to be shown. */
const KEPT = 400;

/** What happened in one run, as a hash over all of it and the last of it in words. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #last: string[] = [];
  #events = 0;
  /** Of the last events, those that are not part of the hash yet. */
  #unhashed = 0;

  /** How many events there were. */
  get events(): number {
    return this.#events;
  }

  add(nowMs: number, text: string): void {
    this.#events++;
    const line = `${nowMs.toFixed(3).padStart(11)} ${text}`;
    this.#last.push(line);
    if (++this.#unhashed < KEPT) return;
    this.#hashRest();
    this.#last.splice(0, this.#last.length - KEPT);
  }

  /** The last events, oldest first. */
  last(count = KEPT): readonly string[] {
    return this.#last.slice(-count);
  }

  /** Of everything so far. */
  digest(): string {
    this.#hashRest();
    return this.#hash.copy().digest('hex');
  }

  #hashRest(): void {
    if (this.#unhashed > 0) this.#hash.update(this.#last.slice(-this.#unhashed).join('\n'));
    this.#unhashed = 0;
  }
}
