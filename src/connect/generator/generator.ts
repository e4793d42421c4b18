import type { Random } from '../../util/random.js';

/** A record that a generator makes; key and value are text or JSON, and are sent as UTF-8. */
export interface GeneratedRecord {
  readonly topic: string;
  readonly key: string | null;
  /** Text is sent as it is, anything else as JSON; null is a tombstone. */
  readonly value: unknown;
}

/** A list that is never empty. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** A number that a user may set, such as how many sellers there are. */
export interface GeneratorOption {
  readonly default: number;
  readonly description: string;
}

/** Values of a generator's options. */
export type OptionValues<O extends Readonly<Record<string, GeneratorOption>>> = { readonly [N in keyof O]: number };

/** What a generator may look at to make its next record. */
export interface GeneratorStep<O extends Readonly<Record<string, GeneratorOption>>> {
  /** How many records were made before: 0, 1, 2, … where each step makes one. */
  readonly index: number;
  /** Event time of this step, milliseconds. */
  readonly timestampMs: number;
  /** Seeded: the only source of chance that a generator may use. */
  readonly random: Random;
  readonly options: OptionValues<O>;
}

/** How a topology's input data is made up. A pure function of seed, count, start and options. */
export interface GeneratorDefinition<
  O extends Readonly<Record<string, GeneratorOption>> = Readonly<Record<string, GeneratorOption>>,
> {
  /** Topics that it feeds; created where they are missing. */
  readonly topics: readonly string[];
  /** Records per second by default. */
  readonly ratePerSecond: number;
  readonly options: O;
  /** The records of a step, at least one, in the order in which they are sent. */
  next(step: GeneratorStep<O>): GeneratedRecord | NonEmpty<GeneratedRecord>;
}

/** Fixes the types of a generator's options. */
export function defineGenerator<const O extends Readonly<Record<string, GeneratorOption>>>(
  definition: GeneratorDefinition<O>,
): GeneratorDefinition<O> {
  return Object.freeze(definition);
}
