import type { Random } from '../../../src/util/random.js';

export const INSTANCES = ['a', 'b', 'c'] as const;
export const SESSION_TIMEOUT_MS = 6_000;

/** One fault: what happens, to which instance or broker, and for how long. */
export interface Fault {
  readonly kind: 'kill instance' | 'pause instance' | 'cut instance' | 'kill broker' | 'cut broker';
  /** Index of the instance or broker. */
  readonly target: number;
  /** Until it is started again, goes on, or is connected again. */
  readonly forMs: number;
  /** A cut that breaks connections and refuses new ones; else nothing gets through and nobody is told. */
  readonly refusing: boolean;
  /** Time from the fault before, at least. */
  readonly afterMs: number;
}

/** How long each kind of fault lasts, from and to. Pauses and some cuts outlast the session. */
const LASTS_MS: Readonly<Record<Fault['kind'], readonly [number, number]>> = {
  'kill instance': [0, 3_000],
  'pause instance': [SESSION_TIMEOUT_MS + 500, SESSION_TIMEOUT_MS + 4_000],
  'cut instance': [0, SESSION_TIMEOUT_MS + 3_000],
  'kill broker': [0, 3_000],
  'cut broker': [0, 5_000],
};
const KINDS = Object.keys(LASTS_MS) as Fault['kind'][];
const MEAN_GAP_MS = 2_500;

/** The faults of one run; the same for the same seed. Each five in a row are one of every kind, in any order. */
export function planFaults(count: number, brokers: number, random: Random): readonly Fault[] {
  let kinds: Fault['kind'][] = [];
  return Array.from({ length: count }, () => {
    if (kinds.length === 0) kinds = [...KINDS];
    const [kind = 'kill instance'] = kinds.splice(Math.floor(random.next() * kinds.length), 1);
    const [least, most] = LASTS_MS[kind];
    return {
      kind,
      target: Math.floor(random.next() * (kind.endsWith('broker') ? brokers : INSTANCES.length)),
      forMs: Math.round(least + (most - least) * random.next()),
      refusing: random.next() < 0.5,
      afterMs: Math.round(2 * MEAN_GAP_MS * random.next()),
    };
  });
}

/** A fault in a line, for people. */
export function describeFault({ kind, target, forMs, refusing }: Fault): string {
  const name = kind.endsWith('broker') ? `broker ${target + 1}` : `instance ${INSTANCES[target] ?? ''}`;
  switch (kind) {
    case 'kill instance':
    case 'kill broker':
      return `kill -9 ${name}, start it again after ${forMs} ms`;
    case 'pause instance':
      return `SIGSTOP ${name}, SIGCONT after ${forMs} ms`;
    case 'cut instance':
    case 'cut broker':
      return `${refusing ? 'break and refuse' : 'silence'} the connections of ${name} for ${forMs} ms`;
  }
}
