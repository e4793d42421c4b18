import type { Serde } from '../serde/serde.js';
import type { SessionStoreDefinition } from '../state/store.js';
import type { SessionWindows } from '../processor/window/session-windows.js';
import { TopologyError } from '../topology/topology-error.js';
import { toMillis } from '../util/time.js';
import type { WindowStored } from './options.js';
import type { Program } from './program.js';
import { givenDefinition, overrides, settings, withChangelogRetention } from './stored.js';

/**
 * The store of an aggregate over sessions; by default sessions are kept for gap + grace.
 * @throws TopologyError `RETENTION_TOO_SHORT`, `STORE_KIND_MISMATCH`
 */
export function sessionStoreDefinition(
  program: Program,
  name: string,
  options: WindowStored,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
  { gapMs, graceMs }: SessionWindows,
): SessionStoreDefinition {
  const given = givenDefinition(options, 'session');
  const atLeastMs = gapMs + graceMs;
  const retentionMs = options.retention === undefined ? (given?.retentionMs ?? atLeastMs) : toMillis(options.retention);
  if (retentionMs < atLeastMs) {
    throw new TopologyError(
      'RETENTION_TOO_SHORT',
      `The retention period of the session store ${name} must be no smaller than the session inactivity gap plus the grace period.` +
        ` Got gap=[${gapMs}], grace=[${graceMs}], retention=[${retentionMs}]`,
    );
  }
  if (given !== undefined) {
    return withChangelogRetention({ ...given, retentionMs, gapMs, ...overrides(options) }, options, atLeastMs);
  }
  return { kind: 'session', name, retentionMs, gapMs, ...settings(program, options, serdes) };
}
