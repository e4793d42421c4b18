import { MillraceError, type ErrorContext, type ErrorOptions } from '../../util/errors.js';
import type { TopicPartition } from './protocol.js';

/** No answer came from a broker: not reachable, connection lost, or timed out. Retriable. */
export class BrokerUnavailableError extends MillraceError {
  constructor(message: string, more: { cause?: unknown; context?: ErrorContext; hint?: string } = {}) {
    super({ code: 'BROKER_UNAVAILABLE', kind: 'unavailable', message, ...more });
  }
}

/** A broker answered with an error that the caller has to know of. */
export class BrokerResponseError extends MillraceError {
  /** Kafka's name of the error, e.g. `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly errorName: string;
  readonly errorCode: number;
  readonly retriable: boolean;

  constructor(options: {
    code: 'BROKER_RESPONSE' | 'BROKER_ACCESS_DENIED';
    errorName: string;
    errorCode: number;
    retriable: boolean;
    message: string;
    hint?: string;
    context?: ErrorContext;
  }) {
    const { code, errorName, errorCode, retriable, message, hint, context } = options;
    super({ code, kind: retriable ? 'unavailable' : 'invalid', message, hint, context });
    this.errorName = errorName;
    this.errorCode = errorCode;
    this.retriable = retriable;
  }
}

/** A broker does not allow this client what it asked for: an ACL is missing. */
export class AccessDeniedError extends BrokerResponseError {
  constructor(errorName: string, errorCode: number, message: string, hint: string, more: { context?: ErrorContext }) {
    super({
      code: 'BROKER_ACCESS_DENIED',
      errorName,
      errorCode,
      retriable: false,
      message,
      hint,
      context: more.context,
    });
  }
}

/** Another writer or member took this one's place: drop what is not committed, rejoin. */
export class FencedError extends MillraceError {
  constructor(message: string, more: { code?: string; hint?: string; cause?: unknown; context?: ErrorContext } = {}) {
    super({ code: 'FENCED', kind: 'fenced', message, ...more });
  }
}

/** The broker aborted a transaction that was open for too long, and takes no more from its writer until `Writer.init`. */
export class TransactionTimedOutError extends FencedError {
  constructor(openMs: number, timeoutMs: number, cause: unknown) {
    super(`A transaction was open for ${Math.round(openMs)} ms, its time-out is ${timeoutMs}: the broker aborted it`, {
      code: 'TRANSACTION_TIMED_OUT',
      hint: 'Raise TRANSACTION_TIMEOUT_MS, or let one record cause less work.',
      cause,
    });
  }
}

/**
 * The transaction's end was asked for and no answer came: it is committed or aborted, and only the stable committed
 * offsets tell which. Call `Writer.init` again, then read them.
 */
export class UnknownOutcomeError extends MillraceError {
  constructor(message: string, more: { cause?: unknown; context?: ErrorContext } = {}) {
    super({ code: 'TRANSACTION_OUTCOME_UNKNOWN', kind: 'unavailable', message, ...more });
  }
}

/** The transaction cannot be committed and has to be aborted; nothing of it will be seen. */
export class TransactionAbortableError extends MillraceError {
  constructor(message: string, more: { cause?: unknown; context?: ErrorContext } = {}) {
    super({ code: 'TRANSACTION_ABORTABLE', kind: 'unavailable', message, ...more });
  }
}

/** The partition's log does not reach the offset asked for: it was deleted, or the topic was made anew. */
export class OffsetOutOfRangeError extends MillraceError {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;

  constructor(topic: string, partition: number, offset: number) {
    super({
      code: 'OFFSET_OUT_OF_RANGE',
      kind: 'data',
      message: `Offset ${offset} is not in the log of partition ${partition} of topic "${topic}"`,
      hint: 'Seek to the earliest or latest offset, or rebuild what was read from here.',
      context: { topic, partition, offset },
    });
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
  }
}

/** A record that its topic does not take. */
export interface RefusedRecord extends TopicPartition {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

/** One record, and no other of its batch, is not taken by its topic. Sending it again changes nothing. */
export abstract class RecordRefusedError extends MillraceError {
  constructor(
    readonly record: RefusedRecord,
    options: Omit<ErrorOptions, 'kind' | 'context'>,
  ) {
    const { topic, partition } = record;
    super({ ...options, kind: 'data', context: { topic, partition } });
  }
}

/** A record is larger than its topic takes. */
export class RecordTooLargeError extends RecordRefusedError {
  constructor(record: RefusedRecord, sizeInBytes: number, limitBytes: number) {
    super(record, {
      code: 'RECORD_TOO_LARGE',
      message: `A record of ${sizeInBytes} bytes for topic "${record.topic}" is over the topic's limit of ${limitBytes}`,
      hint: 'Raise max.message.bytes of the topic, or make the record smaller.',
    });
  }
}

/** A record's timestamp is further from the broker's clock than its topic allows. */
export class TimestampRefusedError extends RecordRefusedError {
  constructor(record: RefusedRecord) {
    super(record, {
      code: 'TIMESTAMP_REFUSED',
      message: `Topic "${record.topic}" does not take a record with timestamp ${record.timestamp}: it is too far from the broker's time`,
      hint: 'Set message.timestamp.after.max.ms (message.timestamp.before.max.ms) of the topic, or mend the timestamp extractor of the source.',
    });
  }
}

/** A topic does not take a record for what it is: one without a key, say, where it is compacted. */
export class InvalidRecordError extends RecordRefusedError {
  constructor(record: RefusedRecord, detail: string | null) {
    super(record, {
      code: 'INVALID_RECORD',
      message: `Topic "${record.topic}" does not take a record (INVALID_RECORD)${detail ? `: ${detail}` : ''}`,
      hint: 'Records of a compacted topic need a key; see the log of the broker.',
    });
  }
}

/** A record's timestamp is nothing that a record batch can hold. */
export function invalidTimestamp(topic: string, timestamp: number): MillraceError {
  return new MillraceError({
    code: 'INVALID_TIMESTAMP',
    kind: 'data',
    message: `A record for topic "${topic}" has timestamp ${timestamp}`,
    hint: 'Give it a whole number of milliseconds since the epoch.',
    context: { topic },
  });
}

/** A method of a client was called in a state that does not allow it. */
export function invalidState(what: string, state: string, hint?: string): MillraceError {
  return new MillraceError({
    code: 'CLIENT_STATE',
    kind: 'invalid',
    message: `${what} is not possible in state "${state}"`,
    hint: hint ?? 'Call init() first, then begin(); after an error abort(), or init() again.',
  });
}
