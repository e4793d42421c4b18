/**
 * What becomes of a thing under the new build.
 *
 * - `kept`: it stays as it is
 * - `created`: the application makes it
 * - `rebuilt`: its state is made again, as the detail says from what
 * - `orphaned`: nobody reads it any more
 * - `refused`: the new build must not run on it
 */
export type Verdict = 'kept' | 'created' | 'rebuilt' | 'orphaned' | 'refused';

/** One line of a plan. */
export interface PlanRow {
  readonly what: 'topic' | 'store' | 'tasks' | 'offsets' | 'name';
  /** Topics as on the broker, tasks as `1_*`, names as the topology has them. */
  readonly name: string;
  readonly verdict: Verdict;
  /** Why, and what to do; empty where there is nothing to say. */
  readonly detail: string;
}

/** A line. */
export function row(what: PlanRow['what'], name: string, verdict: Verdict, detail = ''): PlanRow {
  return { what, name, verdict, detail };
}
