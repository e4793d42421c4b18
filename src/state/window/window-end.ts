import { NO_END } from '../../serde/primitives.js';
import type { WindowStoreDefinition } from '../store.js';

/** The end of the window that starts then, in a store of this definition. */
export function windowEndIn({ endOf, windowSizeMs }: WindowStoreDefinition, startMs: number): number {
  if (endOf !== undefined) return endOf(startMs);
  const endMs = startMs + windowSizeMs;
  return endMs > Number.MAX_SAFE_INTEGER ? NO_END : endMs;
}
