import { MillraceError, type ErrorKind } from '../../util/errors.js';

const FACTS: Readonly<Record<RegistryErrorCode, { readonly kind: ErrorKind; readonly hint: string }>> = {
  SCHEMA_REGISTRY_UNAVAILABLE: {
    kind: 'unavailable',
    hint: "Check SCHEMA_REGISTRY_URL, the TLS settings and the registry's log; it is asked again while the application runs.",
  },
  SCHEMA_REGISTRY_UNAUTHORIZED: {
    kind: 'invalid',
    hint: 'Check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN, and what they are allowed to do.',
  },
  SCHEMA_REGISTRY_REFUSED: { kind: 'invalid', hint: 'Mend what the message says.' },
  SCHEMA_INCOMPATIBLE: {
    kind: 'invalid',
    hint: "Give new fields defaults, keep or alias those that were there; or change the subject's compatibility.",
  },
  SCHEMA_NOT_REGISTERED: {
    kind: 'invalid',
    hint: 'Register it with `millrace schema register`, or let the serde do so (autoRegister).',
  },
};

/** What goes wrong between here and a schema registry. */
export type RegistryErrorCode =
  | 'SCHEMA_REGISTRY_UNAVAILABLE'
  | 'SCHEMA_REGISTRY_UNAUTHORIZED'
  | 'SCHEMA_REGISTRY_REFUSED'
  | 'SCHEMA_INCOMPATIBLE'
  | 'SCHEMA_NOT_REGISTERED';

/** A schema registry gave no answer, or not the one that was needed. No record is to blame, so no error policy applies. */
export class SchemaRegistryError extends MillraceError {
  constructor(code: RegistryErrorCode, message: string, detail?: string, cause?: unknown) {
    super({ code, ...FACTS[code], message, detail, cause });
  }
}

/** Bytes name a schema that was not met before: it is being fetched, and they can be read once {@link arrived} resolves. */
export class SchemaPendingError extends MillraceError {
  constructor(
    readonly id: number,
    /** Resolves when the registry has answered, whatever it said. */
    readonly arrived: Promise<void>,
  ) {
    super({
      code: 'SCHEMA_PENDING',
      kind: 'unavailable',
      message: `schema ${id} is being fetched from the registry`,
      hint: 'Try again in a moment.',
    });
  }
}
