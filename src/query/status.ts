import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { MillraceError, type ErrorKind } from '../util/errors.js';
import type { Any } from './gen/google/protobuf/any.js';
import { badRequest, encodeStatus, errorInfo, resourceInfo, retryInfo } from './status-details.js';

/** The domain of every google.rpc.ErrorInfo. */
export const ERROR_DOMAIN = 'millrace.dev';

/** Longest text in a status: a message may quote what the caller sent, and clients bound their headers. */
const MAX_TEXT = 1_000;

const INTERNAL = new MillraceError({
  code: 'INTERNAL',
  kind: 'internal',
  message: 'something failed inside; the log of the server tells what',
});

/** How long a client waits before it asks again for what is unavailable. */
const RETRY_DELAY_MS = 250;

/** The status of an error whose code has no line of its own. */
const STATUS_BY_KIND: Readonly<Record<ErrorKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  unavailable: status.UNAVAILABLE,
  fenced: status.UNAVAILABLE,
  data: status.DATA_LOSS,
  internal: status.INTERNAL,
};

/** Codes whose status differs from their kind's. */
const STATUS_BY_CODE: Readonly<Record<string, status>> = {
  APPLICATION_NOT_FOUND: status.NOT_FOUND,
  STORE_NOT_FOUND: status.NOT_FOUND,
  NOT_FOUND: status.NOT_FOUND,
  QUERY_NOT_SUPPORTED: status.UNIMPLEMENTED,
  TOO_STALE: status.FAILED_PRECONDITION,
  STORE_WITHOUT_CHANGELOG: status.FAILED_PRECONDITION,
  CHANGELOG_REPLACED: status.FAILED_PRECONDITION,
  CURSOR_OUT_OF_RANGE: status.OUT_OF_RANGE,
  TOO_MANY_TRACES: status.RESOURCE_EXHAUSTED,
  TOKEN_REQUIRED: status.UNAUTHENTICATED,
  TOKEN_INVALID: status.UNAUTHENTICATED,
  TOKEN_EXPIRED: status.UNAUTHENTICATED,
  ROLE_REQUIRED: status.PERMISSION_DENIED,
  STORE_NOT_ALLOWED: status.PERMISSION_DENIED,
  ORIGIN_NOT_ALLOWED: status.PERMISSION_DENIED,
  HOST_NOT_ALLOWED: status.PERMISSION_DENIED,
  QUOTA: status.RESOURCE_EXHAUSTED,
  SLOW_READER: status.RESOURCE_EXHAUSTED,
};

/** The gRPC status of anything thrown, with google.rpc.Status details in its trailer. */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const known = isForCallers(error) ? error : INTERNAL;
  const code = STATUS_BY_CODE[known.code] ?? STATUS_BY_KIND[known.kind];
  const details = shortened([known.message, known.detail, known.hint].filter((part) => part !== undefined).join('. '));
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatus(code, details, detailsOf(known, code)));
  return { code, details, metadata };
}

/** Whether an error was made for whoever calls. Others may tell of paths or data, and are for the log. */
export function isForCallers(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.code !== INTERNAL.code;
}

/** The HTTP status that stands for a gRPC one, as google.rpc.Code maps them. */
export function toHttpStatus(code: status): number {
  return HTTP_STATUS[code] ?? 500;
}

const HTTP_STATUS: Readonly<{ [C in status]?: number }> = {
  [status.OK]: 200,
  [status.INVALID_ARGUMENT]: 400,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.FAILED_PRECONDITION]: 400,
  [status.OUT_OF_RANGE]: 400,
  [status.CANCELLED]: 499,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.UNIMPLEMENTED]: 501,
  [status.UNAVAILABLE]: 503,
  [status.DEADLINE_EXCEEDED]: 504,
};

function detailsOf(error: MillraceError, code: status): Any[] {
  const details = [errorInfo(error.code, ERROR_DOMAIN, metadataOf(error))];
  const { field, query, store, application, retryDelayMs } = error.context;
  if (code === status.UNAVAILABLE || error.code === 'QUOTA') {
    details.push(retryInfo(typeof retryDelayMs === 'number' ? retryDelayMs : RETRY_DELAY_MS));
  }
  const message = shortened(error.message);
  if (code === status.INVALID_ARGUMENT && typeof field === 'string') details.push(badRequest(field, message));
  if (code === status.NOT_FOUND) {
    const [type, name] = Object.entries({ query, store, application }).find(([, value]) => value !== undefined) ?? [];
    details.push(resourceInfo(`${ERROR_DOMAIN}/${type ?? 'resource'}`, shortened(String(name)), message));
  }
  return details;
}

function metadataOf(error: MillraceError): Record<string, string> {
  const entries = Object.entries(error.context).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, shortened(String(value))]));
}

/** Well-formed, since gRPC writes it as a URI would be: half of a surrogate pair would not be. */
function shortened(text: string): string {
  const part = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return Buffer.from(part).toString();
}
