import { internal } from '../util/errors.js';

/**
 * The life of an application, with Kafka Streams' names.
 *
 *     CREATED -> REBALANCING <-> RUNNING
 *        |            |             |
 *        |            +------+------+--> ERROR
 *        v                   v             |
 *     NOT_RUNNING <- PENDING_SHUTDOWN <----+
 *
 * `REBALANCING` covers joining, restoring and waiting for tasks; `RUNNING` means that every assigned task processes.
 */
export type ApplicationState = 'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'NOT_RUNNING' | 'ERROR';

export type StateListener = (state: ApplicationState, before: ApplicationState) => void;

const TRANSITIONS: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN', 'ERROR'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING', 'ERROR'],
  ERROR: ['PENDING_SHUTDOWN'],
  NOT_RUNNING: [],
};

/** Holds the state, checks transitions and tells listeners. */
export class ApplicationStatus {
  #state: ApplicationState = 'CREATED';
  readonly #listeners = new Set<StateListener>();

  get state(): ApplicationState {
    return this.#state;
  }

  /**
   * Goes to `next` and tells every listener; to the state it is in already: nothing.
   * @throws MillraceError `ILLEGAL_TRANSITION`
   */
  to(next: ApplicationState): void {
    const before = this.#state;
    if (before === next) return;
    if (!TRANSITIONS[before].includes(next)) {
      throw internal('ILLEGAL_TRANSITION', `an application in state ${before} cannot become ${next}`);
    }
    this.#state = next;
    for (const listener of [...this.#listeners]) listener(next, before);
  }

  /** Goes to `next` if the table allows it; gives whether it did. */
  tryTo(next: ApplicationState): boolean {
    if (this.#state === next || !TRANSITIONS[this.#state].includes(next)) return false;
    this.to(next);
    return true;
  }

  subscribe(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
