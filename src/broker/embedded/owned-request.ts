import type { ApiName, RequestOf } from '../client/protocol.js';

/** Copies the bytes of a request that its sender may use again once its call has returned. */
export function ownedRequest<A extends ApiName>(api: A, message: RequestOf<A>): RequestOf<A> {
  const copy: { readonly [N in ApiName]?: (request: RequestOf<N>) => RequestOf<N> } = COPIES;
  return copy[api]?.(message) ?? message;
}

const COPIES = {
  Produce: (request: RequestOf<'Produce'>): RequestOf<'Produce'> => ({
    ...request,
    partitions: request.partitions.map((sent) => ({ ...sent, records: Buffer.from(sent.records) })),
  }),
  JoinGroup: (request: RequestOf<'JoinGroup'>): RequestOf<'JoinGroup'> => ({
    ...request,
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
  }),
  SyncGroup: (request: RequestOf<'SyncGroup'>): RequestOf<'SyncGroup'> => ({
    ...request,
    assignments: request.assignments.map(({ memberId, assignment }) => ({
      memberId,
      assignment: Buffer.from(assignment),
    })),
  }),
};
