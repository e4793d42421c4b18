import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { fieldError, storeNotFound, storeUnavailableError, wrongStoreKind } from '../../../src/query/query-errors.js';
import { toHttpStatus, toStatus } from '../../../src/query/status.js';

const trailer = (error: unknown): string =>
  Buffer.concat(toStatus(error).metadata.get('grpc-status-details-bin') as Buffer[]).toString('latin1');

describe('the status of an error', () => {
  it.each([
    [storeNotFound('s', '', ['t']), status.NOT_FOUND, 404],
    [wrongStoreKind('s', 'window', 'Get', 'FetchWindow'), status.INVALID_ARGUMENT, 400],
    [fieldError('BAD_KEY', 'key', 'no key'), status.INVALID_ARGUMENT, 400],
    [storeUnavailableError('RESTORING', 's', 'restoring', 5), status.UNAVAILABLE, 503],
    [new Error('oh'), status.INTERNAL, 500],
  ])('fits its kind (%#)', (error, code, http) => {
    expect(toStatus(error).code).toBe(code);
    expect(toHttpStatus(code)).toBe(http);
  });

  it('tells what was not found and what there is', () => {
    expect(toStatus(storeNotFound('s', '', ['t', 'u'])).details).toContain('Stores: t, u');
    expect(trailer(storeNotFound('s', '', []))).toMatch(
      /google\.rpc\.ErrorInfo[\s\S]*STORE_NOT_FOUND[\s\S]*millrace\.dev/,
    );
    expect(trailer(storeNotFound('s', '', []))).toContain('google.rpc.ResourceInfo');
  });

  it('says when to ask again, and which field is wrong', () => {
    expect(trailer(storeUnavailableError('RESTORING', 's', 'restoring'))).toContain('google.rpc.RetryInfo');
    expect(trailer(fieldError('BAD_KEY', 'key', 'no key'))).toContain('google.rpc.BadRequest');
  });
});
