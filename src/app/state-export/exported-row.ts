import { toJson, type JsonValue } from '../../query/json-value.js';
import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import type { StoreRow } from '../../state/store-rows.js';

/** A row as it stands in a file: keys and values as JSON, or, raw, as bytes in base64; times in milliseconds. */
export interface ExportedRow {
  readonly key?: JsonValue;
  /** Null: the deletion of a version. */
  readonly value?: JsonValue;
  readonly key_bytes?: string;
  readonly value_bytes?: string | null;
  readonly timestamp?: number;
  readonly window_start?: number;
  readonly window_end?: number;
  /** Of a version that has ended. */
  readonly valid_to?: number;
}

/** How the rows of a store are written. @param raw as the store's serdes write them: nothing is lost, whatever their types */
export function exportedRow({ keySerde, valueSerde }: StoreDefinition, raw: boolean): (row: StoreRow) => ExportedRow {
  const base64 = (serde: Serde<unknown>, given: unknown): string => serde.serialize(given).toString('base64');
  return ({ key, value, timestamp, windowStartMs, windowEndMs, validToMs }) => ({
    ...(raw
      ? { key_bytes: base64(keySerde, key), value_bytes: value === null ? null : base64(valueSerde, value) }
      : { key: toJson(key), value: toJson(value) }),
    ...(timestamp !== undefined && { timestamp }),
    ...(windowStartMs !== undefined && { window_start: windowStartMs }),
    ...(windowEndMs !== undefined && { window_end: windowEndMs }),
    ...(validToMs !== undefined && { valid_to: validToMs }),
  });
}
