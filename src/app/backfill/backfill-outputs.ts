import type { OutputTaker } from '../../runtime/in-process/in-process-topics.js';

/** Where the results of a backfill go. */
export interface BackfillOutputs extends OutputTaker {
  /** Records by topic, so far. */
  readonly counts: ReadonlyMap<string, number>;
  /** Makes all of it visible. */
  finish(): Promise<void>;
  /** Lets go of what is not finished; nothing of it is visible then, where that can be kept so. */
  close(): Promise<void>;
}
