import { invalid } from '../../util/errors.js';
import { seededRandom } from '../../util/random.js';
import type { GeneratedRecord, GeneratorDefinition } from './generator.js';

/** What fixes the records of a run: the same values give the same bytes, on any machine. */
export interface GeneratorRun {
  readonly seed: number;
  /** How many records; left out: endless. */
  readonly count?: number;
  /** Event time of the first record, milliseconds. */
  readonly startMs: number;
  /** Event time between two records, milliseconds. Default: one second by the generator's rate. */
  readonly stepMs?: number;
  /** Over the defaults of the generator's options. */
  readonly options?: Readonly<Record<string, number>>;
}

/**
 * The records of a run, in order.
 * @throws MillraceError `UNKNOWN_GENERATOR_OPTION`, at once
 */
export function generate(definition: GeneratorDefinition, run: GeneratorRun): Generator<GeneratedRecord> {
  return records(definition, run, optionsOf(definition, run.options ?? {}));
}

function* records(
  definition: GeneratorDefinition,
  run: GeneratorRun,
  options: Readonly<Record<string, number>>,
): Generator<GeneratedRecord> {
  const random = seededRandom(run.seed);
  const stepMs = run.stepMs ?? 1_000 / definition.ratePerSecond;
  const count = run.count ?? Infinity;
  let made = 0;
  while (made < count) {
    const step = { index: made, timestampMs: Math.round(run.startMs + made * stepMs), random, options };
    for (const record of [definition.next(step)].flat()) {
      yield record;
      if (++made === count) return;
    }
  }
}

/** The bytes of a key or value: text as it is, anything else as JSON, in UTF-8. */
export function toBytes(value: unknown): Buffer | null {
  if (value === null || value === undefined) return null;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function optionsOf(definition: GeneratorDefinition, given: Readonly<Record<string, number>>): Record<string, number> {
  for (const name of Object.keys(given)) {
    if (name in definition.options) continue;
    throw invalid('UNKNOWN_GENERATOR_OPTION', `the generator has no option "${name}"`, {
      hint: `Options: ${Object.keys(definition.options).join(', ') || 'none'}.`,
    });
  }
  const defaults = Object.entries(definition.options).map(([name, option]) => [name, option.default]);
  return { ...Object.fromEntries(defaults), ...given } as Record<string, number>; // entries of names and numbers
}
