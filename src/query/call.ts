import type { Caller } from './access/caller.js';

/** What comes with a query beside its request. */
export interface Call {
  /** Wall-clock milliseconds by which the answer has to be there. Default: {@link DEFAULT_TIMEOUT_MS} from now. */
  readonly deadlineMs?: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Who asks; absent where nobody does from outside. */
  readonly caller?: Caller;
  /** Set when another instance asks: the one that is asked answers for itself alone. */
  readonly hop?: Hop;
}

/** What one instance asks another for. */
export interface Hop {
  /** The instance that is asked; several may be reached at one endpoint. */
  readonly instanceId: string;
  /** The tasks whose parts of a store are meant; of no use to queries that are of no store. */
  readonly tasks: readonly string[];
}

/** How long a query may take whose caller gave no deadline. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Part of the time left that an instance keeps for itself, to tell that it had to give up. */
const MARGIN = 0.1;
const MOST_MARGIN_MS = 500;

/** When an answer has to be there that is to be handed on by `deadlineMs`. */
export function withMargin(deadlineMs: number, nowMs: number): number {
  return deadlineMs - Math.min(MOST_MARGIN_MS, Math.max(0, deadlineMs - nowMs) * MARGIN);
}
