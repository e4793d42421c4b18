import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { invalid, messageOf } from '../../util/errors.js';

/** What is known of a value that is converted. */
export interface ConvertedFrom {
  /** The store's key; of windows and sessions an object of `key`, `start` and `end`. */
  readonly key: unknown;
  /** Of the changelog record, milliseconds. */
  readonly timestamp: number;
  /** The schema that wrote the value: Avro's JSON. */
  readonly schema: unknown;
}

/** Makes of a value of an earlier schema one of the present; null deletes it. May be asynchronous. */
export type ConvertValue = (value: unknown, from: ConvertedFrom) => unknown;

/**
 * The default export of a module.
 * @throws MillraceError `INVALID_CONVERTER`
 */
export async function loadConverter(path: string): Promise<ConvertValue> {
  let exported: unknown;
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown };
    exported = module.default;
  } catch (error) {
    throw invalid('INVALID_CONVERTER', `"${path}" cannot be imported: ${messageOf(error)}`, {
      hint: HINT,
      cause: error,
    });
  }
  if (typeof exported === 'function') return exported as ConvertValue; // as: what it takes is not known before it is called
  throw invalid('INVALID_CONVERTER', `"${path}" does not export a function`, { hint: HINT });
}

const HINT = 'Write `export default (value, { key, timestamp, schema }) => newValue`.';
