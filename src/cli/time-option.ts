import { invalid } from '../util/errors.js';

/** Milliseconds of a time on the command line. @throws MillraceError `INVALID_OPTION` */
export function timeMs(option: string, text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw invalid('INVALID_OPTION', `option ${option} is "${text}", neither milliseconds nor ISO 8601`);
}
