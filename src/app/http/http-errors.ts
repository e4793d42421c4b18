import type { FastifyReply } from 'fastify';
import type { Logger } from '../../observability/log.js';
import { isForCallers, toHttpStatus, toStatus } from '../../query/status.js';
import type { MillraceError } from '../../util/errors.js';

/** An error as HTTP tells it. */
export interface HttpError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * The answer to what was thrown, with the headers that go with it. What was not thrown for callers is told in the log only.
 */
export function httpErrorOf(error: unknown, reply: FastifyReply, log: Logger): HttpError {
  if (!isForCallers(error)) return unknownErrorOf(error, log);
  const { code, details } = toStatus(error);
  const status = toHttpStatus(code);
  const { retryDelayMs } = error.context;
  if (status === 401) void reply.header('www-authenticate', challengeOf(error));
  if (typeof retryDelayMs === 'number') void reply.header('retry-after', Math.ceil(retryDelayMs / 1_000));
  return { status, code: error.code, message: details };
}

/** Fastify's own errors (a body that is no JSON, say) carry a status, and a message for whoever sent the request. */
function unknownErrorOf(error: unknown, log: Logger): HttpError {
  const { statusCode, message } = (typeof error === 'object' && error !== null ? error : {}) as Partial<Record<string, unknown>>; // prettier-ignore
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'REQUEST_MALFORMED', message: String(message) };
  }
  log.error({ error }, 'an HTTP request failed');
  return { status: 500, code: 'INTERNAL', message: toStatus(error).details };
}

/** RFC 6750. */
function challengeOf({ code, message }: MillraceError): string {
  return code === 'TOKEN_REQUIRED' ? 'Bearer' : `Bearer error="invalid_token", error_description="${message}"`;
}
