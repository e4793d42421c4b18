import { CommanderError } from 'commander';
import { MillraceError } from '../util/errors.js';

/** How the process ends; scripts rely on it. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  timedOut: 4,
} as const;

/** Codes whose fault is the command line's. */
const USAGE = new Set([
  'INVALID_CONFIGURATION',
  'TOPOLOGY_NOT_FOUND',
  'UNKNOWN_GENERATOR_OPTION',
  'INVALID_OPTION',
  'NO_GENERATOR',
  'APPLICATION_ID_AMBIGUOUS',
]);

/** Codes of checks that did not let a command act. */
const REFUSED = new Set([
  'APPLICATION_RUNS',
  'PLAN_REFUSED',
  'SCHEMAS_REFUSED',
  'SEED_UNFINISHED',
  'SNAPSHOT_NOT_WHOLE',
  'STATE_NOT_EMPTY',
  'STORE_HAS_DATA',
]);

/** The exit code of what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (!(error instanceof MillraceError)) return EXIT.failed;
  if (USAGE.has(error.code)) return EXIT.usage;
  if (REFUSED.has(error.code) || error.kind === 'fenced') return EXIT.refused;
  return error.context.grpcCode === 4 ? EXIT.timedOut : EXIT.failed;
}
