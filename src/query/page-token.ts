import { createHash } from 'node:crypto';
import type { ListRequest } from './gen/millrace/query/v1/state_query_service.js';
import { fieldError } from './query-errors.js';

/** Where a page ended. */
export interface PageEnd {
  readonly taskId: string;
  /** Of the last record, as the store's serde writes it; undefined: nothing of the task was read. */
  readonly key?: Buffer;
}

/** An opaque token that goes on after `end` for the same request. */
export function encodePageToken(request: ListRequest, end: PageEnd): string {
  const token = { query: fingerprint(request), task: end.taskId, key: end.key?.toString('base64') };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/**
 * Where the page asked for begins; undefined for the first.
 * @throws MillraceError `BAD_PAGE_TOKEN` when it is none of ours, or of another request
 */
export function decodePageToken(request: ListRequest): PageEnd | undefined {
  if (request.pageToken === '') return undefined;
  const token = parse(request.pageToken);
  if (token?.query !== fingerprint(request) || typeof token.task !== 'string') {
    throw fieldError('BAD_PAGE_TOKEN', 'page_token', 'page_token belongs to another request, or is none');
  }
  return { taskId: token.task, ...(typeof token.key === 'string' && { key: Buffer.from(token.key, 'base64') }) };
}

function parse(token: string): { query?: unknown; task?: unknown; key?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function fingerprint({ application, store, from, to, prefix, reverse }: ListRequest): string {
  const query = JSON.stringify([application, store, from, to, prefix, reverse]);
  return createHash('sha256').update(query).digest('base64url').slice(0, 12);
}
