import type { StoreDefinition } from '../../state/store.js';
import type { StoreRow } from '../../state/store-rows.js';
import { Record } from '../gen/millrace/query/v1/record.js';
import type { Change, Cursor, WatchResponse } from '../gen/millrace/query/v1/state_query_service.js';
import { toJson } from '../json-value.js';
import type { LoggedChange } from './change-buffer.js';
import { toTimestamp } from '../timestamps.js';

/** A row that is put, or whose value is null and that is deleted. */
export function toChange({ key, value, timestamp, windowStartMs, windowEndMs, validToMs }: StoreRow): Change {
  const timeOf = (ms: number | undefined) => (ms === undefined ? undefined : toTimestamp(ms));
  return {
    record: Record.create({
      key: toJson(key),
      ...(value !== null && { value: toJson(value) }),
      timestamp: timeOf(timestamp),
      validTo: timeOf(validToMs),
    }),
    windowStart: timeOf(windowStartMs),
    windowEnd: timeOf(windowEndMs),
    deleted: value === null,
  };
}

/** A change that was read from the changelog. @param raw with the bytes of key and value */
export function loggedMessage({ change, keyBytes, valueBytes }: LoggedChange, raw: boolean): Change {
  return raw ? withBytes(change, keyBytes, valueBytes) : change;
}

function withBytes(change: Change, rawKey: Buffer, rawValue: Buffer | undefined): Change {
  return { ...change, record: Record.create({ ...change.record, rawKey, rawValue }) };
}

/** A row of a snapshot. */
export function toSnapshotChange({ keySerde, valueSerde }: StoreDefinition, row: StoreRow, raw: boolean): Change {
  const change = toChange(row);
  if (!raw) return change;
  return withBytes(change, keySerde.serialize(row.key), row.value === null ? undefined : valueSerde.serialize(row.value)); // prettier-ignore
}

export function changeResponse(change: Change, cursor: Cursor): WatchResponse {
  return { event: { $case: 'change', value: change }, cursor };
}

export function snapshotEndResponse(cursor: Cursor): WatchResponse {
  return { event: { $case: 'snapshotEnd', value: {} }, cursor };
}

export function overflowResponse(dropped: number, cursor: Cursor): WatchResponse {
  return { event: { $case: 'overflow', value: { dropped } }, cursor };
}

/** Tells where the watch stands, and of nothing that happened. */
export function cursorResponse(cursor: Cursor): WatchResponse {
  return { event: undefined, cursor };
}
