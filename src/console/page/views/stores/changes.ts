import type { Json, RecordMessage } from '../../api/messages.js';
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

/** What is known after one event of `GET /api/stores/:store/watch`. */
export function withEvent(changes: Changes, { event, data }: ServerSentEvent): Changes {
  const message = JSON.parse(data === '' ? '{}' : data) as { [name: string]: unknown }; // as the Watch method's proto says
  if (event === 'overflow') {
    const { dropped } = partOf<{ dropped?: string | number }>(message, 'overflow');
    return { ...changes, missed: changes.missed + Number(dropped ?? 0) };
  }
  if (event !== 'change') return changes;
  const row = rowOf(partOf<ChangeMessage>(message, 'change'));
  const others = changes.rows.filter((other) => rowId(other) !== rowId(row));
  return { ...changes, rows: [row, ...others].slice(0, MOST_ROWS), received: changes.received + 1 };
}

/** The event's own message, or the one inside WatchResponse. */
function partOf<T>(message: Readonly<Record<string, unknown>>, name: string): T {
  return (message[name] ?? message) as T; // as the proto says
}

function rowOf({ record = {}, windowStart, windowEnd, deleted }: ChangeMessage): StoreRow {
  const value: Json | undefined = deleted ? undefined : record.value;
  return { key: record.key, value, timestamp: record.timestamp, from: windowStart, to: windowEnd };
}
