import { MillraceError, type ErrorContext } from '../../util/errors.js';

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
    errorName: string;
    errorCode: number;
    retriable: boolean;
    message: string;
    hint?: string;
    context?: ErrorContext;
  }) {
    const { errorName, errorCode, retriable, message, hint, context } = options;
    super({ code: 'BROKER_RESPONSE', kind: retriable ? 'unavailable' : 'invalid', message, hint, context });
    this.errorName = errorName;
    this.errorCode = errorCode;
    this.retriable = retriable;
  }
}

/** Another writer or member took this one's place: drop what is not committed, rejoin. */
export class FencedError extends MillraceError {
  constructor(message: string, more: { cause?: unknown; context?: ErrorContext } = {}) {
    super({ code: 'FENCED', kind: 'fenced', message, ...more });
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
