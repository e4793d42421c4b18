import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { MillraceError, messageOf, type ErrorKind } from '../util/errors.js';
import type { Any } from './gen/google/protobuf/any.js';
import { badRequest, encodeStatus, errorInfo, resourceInfo, retryInfo } from './status-details.js';

/** The domain of every google.rpc.ErrorInfo. */
export const ERROR_DOMAIN = 'millrace.dev';

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
  TOO_MANY_TRACES: status.RESOURCE_EXHAUSTED,
};

/** The gRPC status of anything thrown, with google.rpc.Status details in its trailer. */
export function toStatus(error: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const known =
    error instanceof MillraceError
      ? error
      : new MillraceError({ code: 'INTERNAL', kind: 'internal', message: messageOf(error) });
  const code = STATUS_BY_CODE[known.code] ?? STATUS_BY_KIND[known.kind];
  const details = [known.message, known.detail, known.hint].filter((part) => part !== undefined).join('. ');
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatus(code, details, detailsOf(known, code)));
  return { code, details, metadata };
}

/** The HTTP status that stands for a gRPC one, as google.rpc.Code maps them. */
export function toHttpStatus(code: status): number {
  return HTTP_STATUS[code] ?? 500;
}

const HTTP_STATUS: Readonly<{ [C in status]?: number }> = {
  [status.OK]: 200,
  [status.INVALID_ARGUMENT]: 400,
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
  const { field, store, application } = error.context;
  if (code === status.UNAVAILABLE) details.push(retryInfo(RETRY_DELAY_MS));
  if (code === status.INVALID_ARGUMENT && typeof field === 'string') details.push(badRequest(field, error.message));
  if (code === status.NOT_FOUND) {
    const [type, name] = store === undefined ? ['application', application] : ['store', store];
    details.push(resourceInfo(`${ERROR_DOMAIN}/${type}`, String(name), error.message));
  }
  return details;
}

function metadataOf(error: MillraceError): Record<string, string> {
  const entries = Object.entries(error.context).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
