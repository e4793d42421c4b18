import { ErrorCode } from '../../broker/client/error-codes.js';
import type { ApiName, RequestOf, ResponseOf, TopicPartition } from '../../broker/client/protocol.js';

/** Who coordinates: groups and their offsets, or transactions. */
export type CoordinatorKind = 'group' | 'transaction';

type Refusals = {
  readonly [A in ApiName]?: readonly [CoordinatorKind, (request: RequestOf<A>, errorCode: number) => ResponseOf<A>];
};

const NO_PRODUCER = { producerId: -1n, producerEpoch: -1 };

const REFUSALS: Refusals = {
  InitProducerId: ['transaction', (_request, errorCode) => ({ errorCode, ...NO_PRODUCER })],
  AddPartitionsToTxn: ['transaction', ({ partitions }, errorCode) => ({ partitions: refuse(partitions, errorCode) })],
  AddOffsetsToTxn: ['transaction', (_request, errorCode) => ({ errorCode })],
  EndTxn: ['transaction', (_request, errorCode) => ({ errorCode, ...NO_PRODUCER })],
  TxnOffsetCommit: ['group', ({ offsets }, errorCode) => ({ partitions: refuse(offsets, errorCode) })],
  OffsetCommit: ['group', ({ offsets }, errorCode) => ({ partitions: refuse(offsets, errorCode) })],
  OffsetFetch: ['group', (_request, errorCode) => ({ errorCode, partitions: [] })],
  Heartbeat: ['group', (_request, errorCode) => ({ errorCode })],
  SyncGroup: ['group', (_request, errorCode) => ({ errorCode, assignment: Buffer.alloc(0) })],
  JoinGroup: [
    'group',
    ({ memberId }, errorCode) => ({
      ...{ errorCode, memberId, generationId: -1, protocolName: null, leader: '', skipAssignment: false, members: [] },
    }),
  ],
};

/** The answer of a broker that does not coordinate any more, or not yet; undefined for requests of another kind. */
export function coordinatorRefusal<A extends ApiName>(
  moved: CoordinatorKind,
  loading: boolean,
  api: A,
  message: RequestOf<A>,
): ResponseOf<A> | undefined {
  const refusals: Refusals = REFUSALS;
  const [kind, answer] = refusals[api] ?? [];
  if (kind !== moved) return undefined;
  return answer?.(message, loading ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR);
}

function refuse<P extends TopicPartition>(
  partitions: readonly P[],
  errorCode: number,
): { readonly topic: string; readonly partition: number; readonly errorCode: number }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partition, errorCode }));
}
