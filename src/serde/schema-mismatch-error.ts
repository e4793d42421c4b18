import { invalid, messageOf, type MillraceError } from '../util/errors.js';
import { SerdeError } from './serde-error.js';

/** Where what was written by one schema cannot be read by another. */
export interface SchemaMismatch {
  /** The field: names with dots, `[]` for what an array or a map holds; empty for the whole value. */
  readonly path: string;
  /** The type that was written. */
  readonly was: string;
  /** The type that it would be read as. */
  readonly is: string;
}

/** Values of one schema cannot be read by way of another: the first part in which they do not fit. */
export class SchemaMismatchError extends SerdeError {
  constructor(
    serde: string,
    readonly mismatch: SchemaMismatch,
    cause?: unknown,
  ) {
    super('SCHEMA_UNREADABLE', serde, mismatchText(mismatch), cause);
  }

  /** The same, of a part of a larger value. */
  within(part: string): SchemaMismatchError {
    const { path, was, is } = this.mismatch;
    return new SchemaMismatchError(this.serde, { path: path === '' ? part : `${part}.${path}`, was, is }, this.cause);
  }
}

/** `field "amount" was long, and is int`. */
function mismatchText({ path, was, is }: SchemaMismatch): string {
  return `${path === '' ? 'the value' : `field "${path}"`} was ${was}, and is ${is}`;
}

/** A store holds values that the schema which the topology gives it cannot read. */
export function schemaIncompatible(store: string, error: unknown): MillraceError {
  return invalid(
    'STATE_SCHEMA_INCOMPATIBLE',
    `store "${store}" holds values of an earlier schema that cannot be read: ${messageOf(error)}`,
    {
      hint: 'Give new fields a default, and renamed ones their former name as an alias; or convert the values with `millrace state migrate`.',
      cause: error,
      context: { store },
    },
  );
}
