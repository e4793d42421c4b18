/**
 * What the reader of an error must do.
 *
 * - `invalid`: mend configuration or code
 * - `unavailable`: retry later
 * - `fenced`: another instance took over; rejoin
 * - `data`: mend or route the record or the state
 * - `internal`: a bug; report it
 */
export type ErrorKind = 'invalid' | 'unavailable' | 'fenced' | 'data' | 'internal';

/** Where an error happened; every field is optional and printed when present. */
export interface ErrorContext {
  readonly topology?: string;
  readonly task?: string;
  readonly node?: string;
  readonly store?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly [name: string]: string | number | boolean | undefined;
}

export interface ErrorOptions {
  /** Stable, upper snake case, listed in docs/errors.md, e.g. `STORE_NOT_FOUND`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened, quoting the name of the thing and its kind. */
  readonly message: string;
  /** Further facts, one sentence or more. */
  readonly detail?: string;
  /** The remedy. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly context?: ErrorContext;
}

const BRAND = Symbol.for('millrace.MillraceError');

/** The one base class of every error that Millrace throws. `instanceof` holds across copies of the package. */
export class MillraceError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly context: ErrorContext;
  readonly [BRAND] = true;

  constructor(options: ErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.kind = options.kind;
    this.detail = options.detail;
    this.hint = options.hint;
    this.context = options.context ?? {};
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== MillraceError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  /** The message with detail and hint, for people. */
  describe(): string {
    return [this.message, this.detail, this.hint].filter((part) => part !== undefined).join('\n  ');
  }
}

/** A configuration value or a call that cannot be right: mend it and start again. */
export function invalid(
  code: string,
  message: string,
  more: Partial<Pick<ErrorOptions, 'detail' | 'hint' | 'cause' | 'context'>> = {},
): MillraceError {
  return new MillraceError({ code, kind: 'invalid', message, ...more });
}

/** A state that only a bug in Millrace can reach. */
export function internal(code: string, message: string, context?: ErrorContext): MillraceError {
  return new MillraceError({
    code,
    kind: 'internal',
    message,
    context,
    hint: 'This is a bug in Millrace; report it with the log.',
  });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
