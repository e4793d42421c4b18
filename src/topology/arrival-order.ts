/**
 * What the results of an operator have to do with the order in which records arrive, within grace:
 *
 * - `any`: nothing. Windows are closed by time, joins of streams find the same pairs
 * - `restores`: it puts records in the order of their times, so that what follows in its task has nothing to do with it either
 * - the others depend on it, as {@link ARRIVAL_REASONS} says
 */
export type ArrivalOrder = 'any' | 'restores' | keyof typeof ARRIVAL_REASONS;

/** Why results depend on the order of arrival. */
export const ARRIVAL_REASONS = {
  lastValue: 'keeps the value of a key that came last',
  lookup: 'looks up what the table holds when a record comes',
  first: 'lets the first record through that comes',
  fold: 'folds values one after the other: the same in any order only if its function is',
  countWindow: 'cuts its windows by arrival',
  async: 'calls others, whose answers and their order are not in the data',
  clock: 'closes by the clock, which ticks of the live run have recorded and a backfill does not read',
  processor: 'is a processor of your own: the same in any order only if it is',
} as const;
