import type { Json, RecordMessage, WindowMessage } from '../../api/messages.js';

/** One row of any kind of store as the page shows it. */
export interface StoreRow {
  readonly key: Json | undefined;
  readonly value: Json | undefined;
  /** Event time of the last update. */
  readonly timestamp: string | undefined;
  /** Of windows and sessions, and of versions (until when they were valid). */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function recordRow({ key, value, timestamp }: RecordMessage): StoreRow {
  return { key, value, timestamp };
}

export function versionRow({ key, value, timestamp, validTo }: RecordMessage): StoreRow {
  return { key, value, timestamp, from: timestamp, to: validTo };
}

export function windowRow({ record = {}, windowStart, windowEnd }: WindowMessage): StoreRow {
  return { ...recordRow(record), from: windowStart, to: windowEnd };
}

/** Tells rows of one answer apart. */
export function rowId({ key, from }: StoreRow): string {
  return JSON.stringify([key, from]);
}
