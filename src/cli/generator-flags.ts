import type { Command } from 'commander';
import type { GeneratorSettings } from '../app/generator-runs.js';
import { invalid, type MillraceError } from '../util/errors.js';
import { timeMs } from './time-option.js';

/** What commander read of {@link addGeneratorFlags}. */
export interface GeneratorFlags {
  readonly rate?: string;
  readonly count?: string;
  readonly seed?: string;
  readonly start?: string;
}

/** Adds what every generator takes. Its own options are `--<name> <number>`, which only the topology knows. */
export function addGeneratorFlags(command: Command): Command {
  return command
    .option('--rate <n>', "records per second; 0: as fast as they are taken. Default: the generator's own")
    .option('--count <n>', 'how many records; default: endless')
    .option('--seed <n>', 'same seed, count and start: same bytes. Default: 1')
    .option('--start <time>', 'event time of the first record: milliseconds or ISO 8601. Default: now')
    .allowUnknownOption()
    .allowExcessArguments();
}

/**
 * Reads the generator's settings, and takes `--<name> <number>` out of what commander did not know.
 * @param rest arguments left over, options among them
 */
export function generatorSettings(
  flags: GeneratorFlags,
  rest: readonly string[],
): { readonly settings: GeneratorSettings; readonly operands: readonly string[] } {
  const { options, operands } = ownOptions(rest);
  const number = (name: keyof GeneratorFlags): number | undefined =>
    flags[name] === undefined ? undefined : wholeNumber(`--${name}`, flags[name]);
  const startMs = flags.start === undefined ? undefined : timeMs('--start', flags.start);
  const settings = { ratePerSecond: number('rate'), count: number('count'), seed: number('seed'), startMs, options };
  return { settings, operands };
}

function ownOptions(rest: readonly string[]): { options: Record<string, number>; operands: string[] } {
  const options: Record<string, number> = {};
  const operands: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index] ?? '';
    if (!argument.startsWith('--')) {
      operands.push(argument);
      continue;
    }
    const [name = '', inline] = argument.slice(2).split('=', 2);
    const value = inline ?? rest[++index];
    if (value === undefined) throw notKnown(argument);
    options[name] = wholeNumber(argument, value);
  }
  return { options, operands };
}

/** What only the topology knows takes a number, so an option that ends the line is no option of its. */
function notKnown(option: string): MillraceError {
  return invalid('INVALID_OPTION', `option ${option} is not known, or its number is missing`, {
    hint: 'See --help for the options of the command.',
  });
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw invalid('INVALID_OPTION', `option ${option} is "${text}", not a whole number`, {
    hint: 'See --help for the options of the command.',
  });
}
