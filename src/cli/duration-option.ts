import { invalid } from '../util/errors.js';
import { toMillis, type Duration } from '../util/time.js';

/** Milliseconds of an option's value, such as `30s`. @throws MillraceError `INVALID_OPTION` */
export function durationOption(option: string, text: string): number {
  try {
    return toMillis(text as Duration); // as: refused where it is none
  } catch {
    throw invalid('INVALID_OPTION', `option ${option} is "${text}", which is no duration`, {
      hint: 'Write a number with ms, s, m, h or d, such as 30s.',
    });
  }
}
