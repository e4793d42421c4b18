import type { StoreKind } from '../state/store.js';
import { MillraceError } from '../util/errors.js';

/** No application of that id runs in this process. */
export function applicationNotFound(application: string, running: readonly string[]): MillraceError {
  return new MillraceError({
    code: 'APPLICATION_NOT_FOUND',
    kind: 'invalid',
    message: `application "${application}" does not run here`,
    hint: `Running: ${running.join(', ') || 'none'}.`,
    context: { application },
  });
}

/** The request has to name an application. */
export function applicationRequired(what: string, candidates: readonly string[]): MillraceError {
  return new MillraceError({
    code: 'APPLICATION_REQUIRED',
    kind: 'invalid',
    message: `${what} is in more than one application`,
    hint: `Set application to one of: ${candidates.join(', ')}.`,
    context: { field: 'application' },
  });
}

/** No running topology has a store of that name. */
export function storeNotFound(store: string, application: string, known: readonly string[]): MillraceError {
  return new MillraceError({
    code: 'STORE_NOT_FOUND',
    kind: 'invalid',
    message: application
      ? `store "${store}" is not in application "${application}"`
      : `store "${store}" is not in any application here`,
    hint: `Stores: ${known.join(', ') || 'none'}.`,
    context: { store, ...(application && { application }) },
  });
}

/** The method does not fit the kind of the store. */
export function wrongStoreKind(store: string, kind: StoreKind, method: string, instead: string): MillraceError {
  return new MillraceError({
    code: 'UNKNOWN_QUERY_TYPE',
    kind: 'invalid',
    message: `${method} cannot read store "${store}", which is of kind ${kind}`,
    hint: `Use ${instead}.`,
    context: { store, store_type: kind, method },
  });
}

/** A field of the request cannot be right. */
export function fieldError(code: string, field: string, message: string, cause?: unknown): MillraceError {
  return new MillraceError({ code, kind: 'invalid', message, cause, context: { field } });
}

/** What the contract names and this version does not do. */
export function notSupported(what: string): MillraceError {
  return new MillraceError({
    code: 'QUERY_NOT_SUPPORTED',
    kind: 'invalid',
    message: `${what} is not supported by this version`,
    context: { what },
  });
}

/** What is here of a task's state is older than the caller accepts. @param staleMs Infinity: it was never complete */
export function tooStale(store: string, task: string, staleMs: number): MillraceError {
  const age = Number.isFinite(staleMs) ? `was complete ${Math.round(staleMs)} ms ago` : 'has not been complete yet';
  return new MillraceError({
    code: 'TOO_STALE',
    kind: 'unavailable',
    message: `the replica of task ${task} of store "${store}" ${age}`,
    hint: 'Accept more with options.max_staleness, or ask again when the task runs.',
    context: { store, task, ...(Number.isFinite(staleMs) && { staleness_ms: Math.round(staleMs) }) },
  });
}

/** A bound of a read is not reached in time. */
export function notUpToBound(topic: string, partition: number, at: number, wanted: number): MillraceError {
  return new MillraceError({
    code: 'NOT_UP_TO_BOUND',
    kind: 'unavailable',
    message: `partition ${partition} of topic "${topic}" is processed up to offset ${at}, not yet up to ${wanted}`,
    hint: 'Ask again shortly, or give the call a longer deadline.',
    context: { topic, partition, at, wanted },
  });
}

/** Tasks that hold the store are being restored or moved. */
export function storeUnavailableError(
  code: 'RESTORING' | 'NOT_ACTIVE',
  store: string,
  message: string,
  remaining?: number,
): MillraceError {
  return new MillraceError({
    code,
    kind: 'unavailable',
    message,
    hint: 'Ask again shortly.',
    context: { store, ...(remaining !== undefined && { remaining }) },
  });
}
