import type { PendingRecord } from '../../state/pending/pending-store.js';
import type { SessionEntry, StoreKind, WindowMatches } from '../../state/store.js';
import type { Windowed } from '../../serde/windowed.js';
import type { StoreAccess } from './record-tracer.js';

type Described = Pick<StoreAccess, 'key' | 'value' | 'windowStartMs'>;

/** What the call of a method was about: its arguments, as the store's kind has them, and its result. */
type Describe = (args: readonly unknown[], result: unknown) => Described;

/** Most matches of a join that are told of one look. */
const MOST_MATCHES = 100;

const read: Describe = ([key], result) => about(key, valueOf(result));
const put: Describe = ([key, value]) => about(key, valueOf(value));
const scan: Describe = ([key]) => about(key, undefined);
const windows: Describe = ([key, fromMs]) => about(key, undefined, fromMs as number);
const sessions: Describe = ([key], result) =>
  about(
    key,
    (result as readonly SessionEntry<unknown, unknown>[]).map(({ startMs, endMs, value }) => ({
      startMs,
      endMs,
      value,
    })),
  );
const ofSession = ([session, value]: readonly unknown[]): Described => {
  const { key, start } = session as Windowed<unknown>;
  return about(key, valueOf(value), start);
};

const ACCESSES: Readonly<Record<StoreKind, Readonly<Record<string, Describe>>>> = {
  keyValue: {
    get: read,
    put,
    putIfAbsent: ([key, value], present) => about(key, valueOf(present ?? value)),
    delete: scan,
    withPrefix: ([prefix], rows) => about(prefix, rows),
    range: scan,
    reverseRange: scan,
    prefixScan: scan,
    all: scan,
    reverseAll: scan,
  },
  window: {
    fetch: ([key, startMs], result) => about(key, valueOf(result), startMs as number),
    put: ([key, value, startMs]) => about(key, valueOf(value), startMs as number),
    matches: ([key, fromMs], result) => about(key, valuesOf(result as WindowMatches<unknown>), fromMs as number),
    windowsOf: windows,
    fetchRange: windows,
    backwardFetchRange: windows,
    fetchAll: ([fromMs]) => about(undefined, undefined, fromMs as number),
    all: scan,
  },
  session: {
    fetchSession: ([key, startMs], result) => about(key, valueOf(result), startMs as number),
    findSessions: sessions,
    fetch: sessions,
    put: ofSession,
    remove: ofSession,
    sessionsEndingWithin: () => about(undefined, undefined),
    all: scan,
  },
  versioned: { get: read, put, delete: scan, versions: scan },
  changeBuffer: { put: ([, key, newValue]) => about(key, valueOf(newValue)), priorValue: read },
  recordBuffer: { put },
  pendingBuffer: {
    add: ([record], sequence) => about(sequence, (record as PendingRecord<unknown>).value),
    update: ([sequence, record]) => about(sequence, (record as PendingRecord<unknown>).value),
    remove: ([sequence]) => about(sequence, undefined),
  },
};

/** The methods that read and write a store of a kind, and how a call of each is told. */
export function accessesOf(kind: StoreKind): Readonly<Record<string, Describe>> {
  return ACCESSES[kind];
}

function about(key: unknown, value: unknown, windowStartMs?: number): Described {
  return { key, value, windowStartMs };
}

/** The value alone, of stores that keep it with its time; nothing for a deletion. */
function valueOf(stored: unknown): unknown {
  if (typeof stored === 'object' && stored !== null && 'value' in stored && 'timestamp' in stored) return stored.value;
  return stored ?? undefined;
}

function valuesOf(matches: WindowMatches<unknown>): unknown[] {
  return Array.from({ length: Math.min(MOST_MATCHES, matches.count) }, (_, index) => matches.valueAt(index));
}
