import { MillraceError } from '../../util/errors.js';
import type { Caller, Requirement } from './caller.js';

/** A call came without a token, and needs one. */
export function tokenRequired(): MillraceError {
  return new MillraceError({
    code: 'TOKEN_REQUIRED',
    kind: 'invalid',
    message: 'the call has no token',
    hint: 'Send it as "authorization: Bearer TOKEN" (the commands: ACCESS_TOKEN, or --token-file).',
  });
}

/** The token is none that is known here. Why is not told: who guesses learns nothing. */
export function tokenInvalid(cause?: unknown): MillraceError {
  return new MillraceError({ code: 'TOKEN_INVALID', kind: 'invalid', message: 'the token is not valid here', cause });
}

/** The token was valid, and is no more. */
export function tokenExpired(cause?: unknown): MillraceError {
  return new MillraceError({
    code: 'TOKEN_EXPIRED',
    kind: 'invalid',
    message: 'the token has expired',
    hint: 'Get a new one.',
    cause,
  });
}

/** The caller has not the role that a call needs. */
export function roleRequired({ name }: Caller, role: Requirement): MillraceError {
  return new MillraceError({
    code: 'ROLE_REQUIRED',
    kind: 'invalid',
    message: `"${name}" has not the role "${role}", which this call needs`,
    context: { caller: name, role },
  });
}

/** The rules give this store to others. */
export function storeNotAllowed({ name }: Caller, application: string, store: string): MillraceError {
  return new MillraceError({
    code: 'STORE_NOT_ALLOWED',
    kind: 'invalid',
    message: `"${name}" may not read store "${store}" of application "${application}"`,
    hint: 'ListStores gives those that it may read; the rules are in the access file.',
    context: { caller: name, application, store },
  });
}

/** Too much at a time. @param retryDelayMs when it may be asked again */
export function quotaExceeded(what: string, limit: number, retryDelayMs: number): MillraceError {
  return new MillraceError({
    code: 'QUOTA',
    kind: 'unavailable',
    message: `${what}: at most ${limit}`,
    hint: 'Ask again later.',
    context: { limit, retryDelayMs },
  });
}

/** A stream whose messages nobody takes. */
export function slowReader(timeoutMs: number): MillraceError {
  return new MillraceError({
    code: 'SLOW_READER',
    kind: 'unavailable',
    message: `nothing of the stream was taken for ${timeoutMs} ms`,
    hint: 'Take its messages as they come, or ask for less.',
    context: { timeoutMs },
  });
}

/** The bytes or the JSON of a request are not those of its message. */
export function requestMalformed(cause: unknown): MillraceError {
  return new MillraceError({
    code: 'REQUEST_MALFORMED',
    kind: 'invalid',
    message: 'the request is not what the method takes',
    hint: 'proto/millrace/query/v1 has the messages.',
    cause,
  });
}
