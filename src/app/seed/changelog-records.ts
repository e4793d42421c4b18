import type { SeedRow } from '../../connect/seed/seed-source.js';
import { fromJson } from '../../query/json-value.js';
import { sessionKey } from '../../state/changelog/session-format.js';
import { windowKey } from '../../state/changelog/window-format.js';
import type { StoreDefinition } from '../../state/store.js';
import type { Serde } from '../../serde/serde.js';
import { MillraceError, messageOf } from '../../util/errors.js';

/** A record of a changelog. */
export interface ChangelogRecord {
  /** Of the record that makes such a row: it decides on the partition. */
  readonly partitionKey: Buffer;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/**
 * The records that make a row of a store, in the store's own changelog format.
 * @throws MillraceError `SEED_ROW_INVALID`
 */
export function changelogRecords(definition: StoreDefinition, row: SeedRow, nowMs: number): readonly ChangelogRecord[] {
  const key = bytesOf(definition.keySerde as Serde<unknown>, row.key, row, definition.name); // of a store of any type
  const value =
    row.value === null ? null : bytesOf(definition.valueSerde as Serde<unknown>, row.value, row, definition.name); // as above
  const { window } = row;
  switch (definition.kind) {
    case 'window': {
      if (window === undefined) throw invalidRow(definition.name, 'has no "window_start"');
      const timestamp = row.timestamp ?? window.startMs;
      return [{ partitionKey: key, key: windowKey(key, window.startMs, 0), value, timestamp }];
    }
    case 'session': {
      if (window?.endMs === undefined) throw invalidRow(definition.name, 'lacks "window_start" or "window_end"');
      const timestamp = row.timestamp ?? window.endMs;
      return [{ partitionKey: key, key: sessionKey(key, window.startMs, window.endMs), value, timestamp }];
    }
    default: {
      const record = { partitionKey: key, key, value, timestamp: row.timestamp ?? nowMs };
      if (row.validTo === undefined) return [record];
      return [record, { ...record, value: null, timestamp: row.validTo }]; // a version that begins then takes its place
    }
  }
}

function bytesOf(serde: Serde<unknown>, given: unknown, { raw }: SeedRow, store: string): Buffer {
  if (raw === true && Buffer.isBuffer(given)) return given;
  try {
    return serde.serialize(fromJson(serde, given));
  } catch (cause) {
    throw invalidRow(store, `is none that serde ${serde.name} writes: ${messageOf(cause)}`, cause);
  }
}

function invalidRow(store: string, problem: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: 'SEED_ROW_INVALID',
    kind: 'data',
    message: `a row for store "${store}" ${problem}`,
    hint: 'Mend the row, or name the columns that hold key, value and timestamp.',
    cause,
    context: { store },
  });
}
