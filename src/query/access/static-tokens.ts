import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from './caller.js';

/** A token of the access file: known by its SHA-256, so that the file gives none away. */
export interface StaticToken extends Caller {
  readonly sha256: Buffer;
}

/**
 * Whose token that is. Every one is compared, in constant time, so that the time taken tells nothing. The hash has no salt:
 * tokens are random, not chosen.
 */
export function callerOfToken(tokens: readonly StaticToken[], token: string): Caller | undefined {
  const hash = createHash('sha256').update(token).digest();
  let found: Caller | undefined;
  for (const known of tokens) if (timingSafeEqual(known.sha256, hash)) found = known;
  return found;
}
