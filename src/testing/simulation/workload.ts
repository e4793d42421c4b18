import type { BuiltTopology } from '../../topology/node.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';

/** One record that is fed to the application. */
export interface InputRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

/**
 * What an output topic must hold in the end, by key. `sequence`: these values in this order; `set`: these values in any
 * order; `last`: a last value, whatever came before.
 */
export interface ExpectedOutput {
  readonly topic: string;
  readonly compare: 'sequence' | 'set' | 'last';
  readonly byKey: ReadonlyMap<string, readonly string[]>;
}

/** A topology with what is fed to it and what must come of it, whatever happens on the way. */
export interface Workload {
  readonly name: string;
  /** Partitions by topic, of inputs and outputs. */
  readonly topics: Readonly<Record<string, number>>;
  /** State that only its own disk has: one instance, whose disk is never lost. */
  readonly bound?: boolean;
  build(clock: Clock): BuiltTopology;
  /** Records that are there before the first instance starts. */
  preload?(random: Random): readonly InputRecord[];
  /** Records in the order they are fed. */
  records(random: Random): readonly InputRecord[];
  /** What one instance makes of them, computed apart from Millrace. */
  expected(records: readonly InputRecord[], preloaded: readonly InputRecord[]): readonly ExpectedOutput[];
}

/** Adds a value to those of a key. */
export function addTo(byKey: Map<string, string[]>, key: string, value: string): void {
  const values = byKey.get(key);
  if (values === undefined) byKey.set(key, [value]);
  else values.push(value);
}

/** One of several, evenly. */
export function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random.next() * choices.length)] as T; // never empty
}
