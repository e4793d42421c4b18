import type { FetchedRecords } from '../../broker/client/client.js';
import type { Headers } from '../../util/headers.js';

/** Begins the names of the headers that tell what failed (KIP-1034). */
const ERRORS = '__streams.errors.';
/** Header of a record that was sent back: how often it was. */
const ATTEMPTS = '__millrace.redrive.attempts';

/** A record of a dead-letter topic. What its headers do not tell is undefined. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  /** Where the record was when it failed; undefined of a punctuation, and of a record that no error policy wrote. */
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number } | undefined;
  readonly exception: string | undefined;
  readonly message: string | undefined;
  /** How often it was sent back before it failed. */
  readonly attempts: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** Reads a record of a dead-letter topic. */
export function deadLetterOf({ partition, records }: FetchedRecords, index: number): DeadLetter {
  const headers = records.headers(index);
  const text = (name: string): string | undefined => headers.findLast(([given]) => given === name)?.[1]?.toString();
  const topic = text(`${ERRORS}topic`);
  const number = (name: string): number => Number(text(`${ERRORS}${name}`) ?? -1);
  const bytes = (start: number, end: number): Buffer | null =>
    start < 0 ? null : Buffer.from(records.buffer(index).subarray(start, end));
  return {
    partition,
    offset: records.offset(index),
    timestamp: records.timestamp(index),
    source: topic === undefined ? undefined : { topic, partition: number('partition'), offset: number('offset') },
    exception: text(`${ERRORS}exception`),
    message: text(`${ERRORS}message`),
    attempts: Number(text(ATTEMPTS) ?? 0),
    key: bytes(records.keyStart(index), records.keyEnd(index)),
    value: bytes(records.valueStart(index), records.valueEnd(index)),
    headers,
  };
}

/** The headers with which a dead letter is sent back: its own without those of the error, and the number of attempts. */
export function headersToRedrive({ headers, attempts }: DeadLetter): Headers {
  const own = headers.filter(([name]) => !name.startsWith(ERRORS) && name !== ATTEMPTS);
  return [...own, [ATTEMPTS, Buffer.from(String(attempts + 1))]];
}
