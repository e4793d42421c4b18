import { invalidState } from './errors.js';

/**
 *   created --init--> ready --begin--> in transaction --commit, abort--> ready
 *   in transaction --a record or offset was refused--> to be aborted --abort--> ready
 *   in transaction --no answer to the end--> unknown outcome --init--> ready
 *   any --another writer took over--> fenced --init--> ready
 *   any --close--> closed
 */
export type WriterState =
  'created' | 'ready' | 'in transaction' | 'to be aborted' | 'unknown outcome' | 'fenced' | 'closed';

const NEXT: Readonly<Record<WriterState, readonly WriterState[]>> = {
  created: ['ready', 'closed'],
  ready: ['ready', 'in transaction', 'fenced', 'closed'],
  'in transaction': ['ready', 'to be aborted', 'unknown outcome', 'fenced', 'closed'],
  'to be aborted': ['ready', 'to be aborted', 'unknown outcome', 'fenced', 'closed'],
  'unknown outcome': ['ready', 'fenced', 'closed'],
  fenced: ['ready', 'fenced', 'closed'],
  closed: ['closed'],
};

/** The state of a writer; it moves only as drawn above. */
export class WriterStatus {
  private current: WriterState = 'created';

  get state(): WriterState {
    return this.current;
  }

  /** @throws MillraceError `CLIENT_STATE` */
  moveTo(next: WriterState): void {
    if (!NEXT[this.current].includes(next)) throw invalidState(`Going to "${next}"`, this.current);
    this.current = next;
  }

  /** @throws MillraceError `CLIENT_STATE` unless the writer is in one of the states */
  expect(what: string, ...states: readonly WriterState[]): void {
    if (!states.includes(this.current)) throw invalidState(what, this.current);
  }
}
