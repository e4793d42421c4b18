import { MillraceError } from '../../util/errors.js';

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
