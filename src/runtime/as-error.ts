import { internal, messageOf } from '../util/errors.js';

/** What was thrown, as an error: user code may throw anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : internal('UNKNOWN_FAILURE', messageOf(thrown));
}
