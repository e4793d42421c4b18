import type { StoreView } from '../runtime/application.js';

/** Changelog records that a task has still to apply, over all its stores. */
export function remainingOf(stores: readonly StoreView[]): number {
  return stores.reduce((sum, { endOffset, restoredOffset }) => sum + Math.max(0, endOffset - restoredOffset), 0);
}
