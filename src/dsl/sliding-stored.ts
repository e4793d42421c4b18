import type { Serde } from '../serde/serde.js';
import type { WindowStoreDefinition } from '../state/store.js';
import type { SlidingWindows } from '../processor/window/sliding-windows.js';
import { TopologyError } from '../topology/topology-error.js';
import { toMillis } from '../util/time.js';
import type { WindowStored } from './options.js';
import type { Program } from './program.js';
import { givenDefinition, overrides, settings, withChangelogRetention } from './stored.js';

/**
 * The store of an aggregate over sliding windows. By default windows are kept for twice the difference and the grace: a
 * record's windows may have to be made from those that began two differences before it.
 * @throws TopologyError `RETENTION_TOO_SHORT`, `STORE_KIND_MISMATCH`
 */
export function slidingStoreDefinition(
  program: Program,
  name: string,
  options: WindowStored,
  serdes: { readonly key: Serde<unknown>; readonly value: Serde<unknown> },
  { differenceMs, graceMs }: SlidingWindows,
): WindowStoreDefinition {
  const given = givenDefinition(options, 'window');
  if (given?.timestamped === false) {
    const problem = `Window store "${given.name}" keeps no timestamps, by which sliding windows are found`;
    throw new TopologyError('STORE_KIND_MISMATCH', problem, { hint: 'Give it timestamped: true, or only a name.' });
  }
  const atLeastMs = 2 * differenceMs + graceMs;
  const retentionMs = options.retention === undefined ? (given?.retentionMs ?? atLeastMs) : toMillis(options.retention);
  if (retentionMs < atLeastMs) {
    throw new TopologyError(
      'RETENTION_TOO_SHORT',
      `The retention period of the window store ${name} must be no smaller than 2 * time difference plus the grace period.` +
        ` Got time difference=[${differenceMs}], grace=[${graceMs}], retention=[${retentionMs}]`,
    );
  }
  if (given !== undefined) {
    const store = { ...given, retentionMs, indexed: true, ...overrides(options) };
    return withChangelogRetention(store, options, atLeastMs);
  }
  return {
    kind: 'window',
    name,
    timestamped: true,
    retentionMs,
    windowSizeMs: differenceMs,
    retainDuplicates: false,
    indexed: true,
    ...settings(program, options, serdes),
  };
}
