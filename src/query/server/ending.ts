import type { MillraceError } from '../../util/errors.js';
import { storeUnavailableError } from '../query-errors.js';

/** The end of a server, as its calls see it. */
export class Ending {
  readonly #abort = new AbortController();
  readonly #waiting = new Set<(error: MillraceError) => void>();

  /** Aborted when the server ends: what calls wait for by then is unavailable. */
  readonly signal: AbortSignal = this.#abort.signal;

  /** Asks the calls that wait for something to give it up. */
  begin(): void {
    this.#abort.abort();
  }

  /** Ends those that did not heed it. */
  refuse(): void {
    for (const reject of this.#waiting) reject(serverEnds());
  }

  /**
   * What a call comes to.
   * @throws MillraceError `NOT_ACTIVE` when the server cannot wait for it
   */
  async outcomeOf<T>(call: Promise<T>): Promise<T> {
    let refuse: (error: MillraceError) => void = () => undefined;
    const refused = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    this.#waiting.add(refuse);
    try {
      return await Promise.race([call, refused]);
    } finally {
      this.#waiting.delete(refuse);
    }
  }
}

/** The answer to a call whose server ends before it can give another. */
export function serverEnds(): MillraceError {
  return storeUnavailableError('NOT_ACTIVE', '', 'the instance that is asked ends');
}
