import { int, type Int64, type Json, type RecordMessage } from '../../api/messages.js';
import type { ServerSentEvent } from '../../api/server-sent-events.js';
import { rowId, type StoreRow } from './store-row.js';

/** What a watched store has sent. */
export interface Changes {
  /** The newest first, one per key and window. */
  readonly rows: readonly StoreRow[];
  readonly received: number;
  /** Changes that came too fast to be sent. */
  readonly missed: number;
}

export const NO_CHANGES: Changes = { rows: [], received: 0, missed: 0 };

/** Rows that are shown; the rest is forgotten. */
const MOST_ROWS = 200;

interface ChangeMessage {
  readonly record?: RecordMessage;
  readonly windowStart?: string;
  readonly windowEnd?: string;
  readonly deleted?: boolean;
}

/** What is known after one event of `GET /api/stores/:store/watch`, whose data is proto JSON. */
export function withEvent(changes: Changes, { event, data }: ServerSentEvent): Changes {
  if (event === 'overflow') {
    const { dropped } = JSON.parse(data) as { readonly dropped?: Int64 }; // Overflow
    return { ...changes, missed: changes.missed + int(dropped) };
  }
  if (event !== 'change') return changes;
  const row = rowOf(JSON.parse(data) as ChangeMessage); // Change
  const others = changes.rows.filter((other) => rowId(other) !== rowId(row));
  return { ...changes, rows: [row, ...others].slice(0, MOST_ROWS), received: changes.received + 1 };
}

function rowOf({ record = {}, windowStart, windowEnd, deleted }: ChangeMessage): StoreRow {
  const value: Json | undefined = deleted ? undefined : record.value;
  return { key: record.key, value, timestamp: record.timestamp, from: windowStart, to: windowEnd };
}
