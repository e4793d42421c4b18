import type { ErrorContext } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';

/**
 * What happens to a record that failed: `fail` stops the task with the error; `skip` drops the record, counts and logs it
 * and goes on; `deadLetter` does so too and writes the input record, as it was read, to that topic, with headers that tell
 * the error (KIP-1034), in the transaction of the input's offset. Of a punctuation there is no input record: key and value
 * are null. In a global store, which writes nothing, it is the same as `skip`.
 */
export type ErrorResponse = 'fail' | 'skip' | { readonly deadLetter: string };

/**
 * What happens to a record that a sink could not write. `retry`: nothing of the work since the last commit counts; it is
 * done again, after a while, until the record can be written (KIP-1065). For what others mend: a topic's limits, say.
 */
export type ProductionResponse = ErrorResponse | 'retry';

/** A record that could not be read, processed or written, and where. */
export interface RecordFailure {
  readonly error: unknown;
  readonly taskId: string;
  /** The node that failed: a source (deserialisation), a processor, or a sink. */
  readonly node: string;
  /** The input record; undefined in a punctuation. */
  readonly input: FailedInput | undefined;
}

/** The input record behind a failure. */
export interface FailedInput {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Headers;
  /** As it was read; null also where it is no longer at hand (a change that was held back). */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A fixed response, or a function that decides per failure. */
export type ErrorPolicy = ErrorResponse | ((failure: RecordFailure) => ErrorResponse);

/** A fixed response of a sink, or a function that decides per failure. */
export type ProductionPolicy = ProductionResponse | ((failure: RecordFailure) => ProductionResponse);

/** One policy per place where a record can fail; each is `fail` when left out. */
export interface ErrorPolicies {
  /** Key or value could not be read. */
  readonly deserialization?: ErrorPolicy;
  /** A processor or punctuator threw. */
  readonly processing?: ErrorPolicy;
  /**
   * A sink could not write key or value as bytes, its partitioner threw, or the topic does not take the record: it is too
   * large, say, or its timestamp too far from the broker's. Such a record may be refused after others were sent: then the
   * work since the last commit is done again, without it. Changelogs have no policy: a record that one refuses is fatal.
   */
  readonly production?: ProductionPolicy;
}

/** Dead-letter topics that the policies name; those that functions choose are not known before. */
export function deadLetterTopics(policies: ErrorPolicies): string[] {
  const { deserialization, processing, production } = policies;
  return [deserialization, processing, production].flatMap((policy) =>
    typeof policy === 'object' ? [policy.deadLetter] : [],
  );
}

/** The response of a policy to a failure. */
export function respond<R extends ProductionResponse>(
  policy: R | ((failure: RecordFailure) => R) | undefined,
  failure: RecordFailure,
): R | 'fail' {
  return typeof policy === 'function' ? policy(failure) : (policy ?? 'fail');
}

/** Where a failure happened, for errors and logs; without headers and payload. */
export function placed(input: FailedInput | undefined): ErrorContext {
  return input === undefined ? {} : { topic: input.topic, partition: input.partition, offset: input.offset };
}
