import { MillraceError } from '../../util/errors.js';
import { ErrorCode, reactionTo, responseError } from './error-codes.js';
import {
  BrokerResponseError,
  FencedError,
  InvalidRecordError,
  RecordTooLargeError,
  TimestampRefusedError,
  TransactionAbortableError,
} from './errors.js';
import type { ProduceResponse, TopicPartition } from './protocol.js';
import { onlyRecordOf } from './stamp-batch.js';

/** What to do about a batch that a broker refused. */
export type BatchVerdict = 'acknowledged' | 'retry' | 'split' | 'renew' | 'failed';

/**
 * What to do about the answer to a batch.
 * @param oldest no earlier batch of the partition is unanswered: a gap in the sequence is then a real one
 */
export function verdictOn(errorCode: number, batch: { readonly count: number }, oldest: boolean): BatchVerdict {
  switch (errorCode) {
    case 0:
    case ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
      return 'acknowledged';
    case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      return oldest ? 'renew' : 'retry';
    case ErrorCode.UNKNOWN_PRODUCER_ID:
    case ErrorCode.INVALID_PRODUCER_EPOCH:
      return 'renew';
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.INVALID_TIMESTAMP:
    case ErrorCode.INVALID_RECORD:
      // one record is to blame: halving the batch finds it
      return batch.count > 1 ? 'split' : 'failed';
    default:
      return reactionTo(errorCode) === 'final' ? 'failed' : 'retry';
  }
}

/** The error of a batch that is given up; it names the record where the broker refused one. */
export function batchError(
  partition: TopicPartition,
  batch: { readonly bytes: Buffer; readonly count: number },
  { errorCode, errorMessage: detail }: Pick<ProduceResponse['partitions'][number], 'errorCode' | 'errorMessage'>,
  limitBytes: number,
): MillraceError {
  const { topic } = partition;
  const refused =
    batch.count === 1 ? { topic, partition: partition.partition, ...onlyRecordOf(batch.bytes) } : undefined;
  if (refused) {
    if (errorCode === ErrorCode.MESSAGE_TOO_LARGE || errorCode === ErrorCode.RECORD_LIST_TOO_LARGE)
      return new RecordTooLargeError(refused, batch.bytes.length, limitBytes);
    if (errorCode === ErrorCode.INVALID_TIMESTAMP) return new TimestampRefusedError(refused);
    if (errorCode === ErrorCode.INVALID_RECORD) return new InvalidRecordError(refused, detail);
  }
  const what = `Writing to partition ${partition.partition} of topic "${topic}"`;
  return responseError(errorCode, what, {
    detail,
    context: { topic, partition: partition.partition },
    access: { api: 'Produce', topic },
  });
}

const FENCING = new Set<number>([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.FENCED_INSTANCE_ID,
]);

/** True for answers that say that another writer or member took this one's place. */
export function isFencing(errorCode: number): boolean {
  return FENCING.has(errorCode);
}

const ENDED = new Set<number>([ErrorCode.INVALID_TXN_STATE, ErrorCode.TRANSACTION_ABORTABLE]);

/** Whether a broker said that the transaction is not open any more. */
export function isAnsweredAsEnded(error: MillraceError): boolean {
  if (error instanceof FencedError) return true;
  return error.cause instanceof BrokerResponseError && ENDED.has(error.cause.errorCode);
}

/** The error of a transaction from what went wrong in it: fenced, or to be aborted. */
export function transactionError(cause: unknown): MillraceError {
  if (cause instanceof FencedError || cause instanceof TransactionAbortableError) return cause;
  const message = cause instanceof MillraceError ? cause.message : String(cause);
  const context = cause instanceof MillraceError ? cause.context : {};
  if (cause instanceof BrokerResponseError && isFencing(cause.errorCode)) {
    return new FencedError(`${message}: another instance took over`, { cause, context });
  }
  return new TransactionAbortableError(`The transaction has to be aborted: ${message}`, { cause, context });
}
