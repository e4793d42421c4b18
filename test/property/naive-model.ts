/** One record of an input topic; null deletes a row of a table. */
export interface Fact {
  readonly topic: 'left' | 'right' | 'rows' | 'others';
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

/** What the program of `program.ts` gives in the end, by output topic: rows of tables, and lists of joined pairs. */
export interface Results {
  readonly counts: Rows;
  readonly windows: Rows;
  readonly sessions: Rows;
  readonly pairs: readonly string[];
  readonly outer: Rows;
  readonly foreign: Rows;
  readonly groups: Rows;
}
export type Rows = Readonly<Record<string, string>>;

export const WINDOW_MS = 10;
export const GAP_MS = 5;
export const WITHIN_MS = 5;

/** Computes the results from all the facts at once: no stream, no state, no time but that in the records. */
export function resultsOf(facts: readonly Fact[]): Results {
  const left = facts.filter(({ topic }) => topic === 'left');
  const right = facts.filter(({ topic }) => topic === 'right');
  const rows = latest(facts.filter(({ topic }) => topic === 'rows'));
  const others = latest(facts.filter(({ topic }) => topic === 'others'));
  return {
    counts: sizes(left, ({ value }) => String(value)),
    windows: sizes(left, ({ key, timestamp }) => `${key}@${timestamp - (timestamp % WINDOW_MS)}`),
    sessions: sessionsOf(left),
    pairs: left.flatMap((l) => right.filter((r) => meet(l, r)).map((r) => `${l.key}:${l.value}+${r.value}`)).sort(),
    outer: Object.fromEntries(
      [...new Set([...rows.keys(), ...others.keys()])].map((key) => [key, `${rows.get(key)}+${others.get(key)}`]),
    ),
    foreign: Object.fromEntries([...rows].map(([key, value]) => [key, `${value}+${others.get(value)}`])),
    groups: sizes([...rows.values()], (value) => value),
  };
}

function latest(facts: readonly Fact[]): Map<string, string> {
  const rows = new Map<string, string>();
  for (const { key, value } of facts) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
  return rows;
}

function sizes<T>(facts: readonly T[], groupOf: (fact: T) => string): Rows {
  const counts: Record<string, number> = {};
  for (const fact of facts) counts[groupOf(fact)] = (counts[groupOf(fact)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).map(([group, count]) => [group, String(count)]));
}

function sessionsOf(facts: readonly Fact[]): Rows {
  const sessions: { key: string; start: number; end: number; count: number }[] = [];
  for (const { key, timestamp } of facts.toSorted((a, b) => a.timestamp - b.timestamp)) {
    const open = sessions.findLast((session) => session.key === key);
    if (open !== undefined && timestamp - open.end <= GAP_MS) {
      open.end = timestamp;
      open.count++;
    } else sessions.push({ key, start: timestamp, end: timestamp, count: 1 });
  }
  return Object.fromEntries(sessions.map(({ key, start, end, count }) => [`${key}@${start}-${end}`, String(count)]));
}

function meet(left: Fact, right: Fact): boolean {
  return left.key === right.key && Math.abs(left.timestamp - right.timestamp) <= WITHIN_MS;
}
