import type { SchemaMismatchError } from '../../serde/schema-mismatch-error.js';
import { invalid, MillraceError } from '../../util/errors.js';

/** A store holds values that the schema which the topology gives it cannot read. */
export function schemaIncompatible(store: string, error: SchemaMismatchError): MillraceError {
  return invalid(
    'STATE_SCHEMA_INCOMPATIBLE',
    `store "${store}" holds values of an earlier schema that cannot be read: ${error.message}`,
    {
      hint: 'Give new fields a default, and renamed ones their former name as an alias; or convert the values with `millrace state migrate`.',
      cause: error,
      context: { store },
    },
  );
}

/** A store holds a value whose writer's schema nobody knows; looking again at what is known may tell it. */
export class UnknownWriterError extends MillraceError {
  constructor(store: string, fingerprint: string) {
    super({
      code: 'STATE_SCHEMA_UNKNOWN',
      kind: 'data',
      message: `store "${store}" holds a value whose schema, of fingerprint ${fingerprint}, is not known`,
      hint: "Bring the topic of the application's state catalog back, or reset the application.",
      context: { store },
    });
  }
}
