import { z } from 'zod';
import { toMillis, type Duration } from '../util/time.js';

/** One setting: where it comes from, what it may be, and what it is when nobody says. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  /** Environment variable. */
  readonly env: string;
  /** Command-line option, in commander's notation; secrets have none. */
  readonly flag?: string;
  /** With its unit. */
  readonly description: string;
  /** Reads text; its default is the setting's. */
  readonly schema: S;
}

export const text = z.string();
/** Parts separated by commas. */
export const hosts = text.transform((value) => value.split(',').map((part) => part.trim()));
export const count = integer(0, Number.MAX_SAFE_INTEGER);
export const positive = integer(1, Number.MAX_SAFE_INTEGER);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Milliseconds. */
export const duration = text
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'expected a number with ms, s, m, h or d')
  .transform((value) => toMillis(value as Duration)); // it has the form of one

/** A whole number, both ends included. */
export function integer(least: number, most: number): z.ZodType<number, string> {
  const range = most === Number.MAX_SAFE_INTEGER ? `not below ${least}` : `from ${least} to ${most}`;
  return text
    .transform((value) => (value.trim() === '' ? NaN : Number(value)))
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, `expected an integer ${range}`);
}
