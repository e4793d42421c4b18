import type { RecordRefusedError, RefusedRecord } from '../broker/client/errors.js';

/** Refusals that may be met between two commits. More come only of records that are different each time they are made. */
const MOST_REFUSALS = 100;

/**
 * Records that a broker has refused after they were sent. The work since the last commit is dropped and done again; this
 * time the very record fails where it is sent, in the turn of the input record behind it, as any record does that cannot
 * be written. Kept until a commit has gone past them.
 */
export class RefusedRecords {
  readonly #byTopic = new Map<string, RecordRefusedError[]>();
  #count = 0;

  /** Takes note of a refusal. False when it was known before, or when there are too many. */
  add(refusal: RecordRefusedError): boolean {
    if (this.find(refusal.record) !== undefined || this.#count >= MOST_REFUSALS) return false;
    const { topic } = refusal.record;
    const known = this.#byTopic.get(topic);
    if (known) known.push(refusal);
    else this.#byTopic.set(topic, [refusal]);
    this.#count++;
    return true;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  find(record: RefusedRecord): RecordRefusedError | undefined {
    return this.#byTopic.get(record.topic)?.find((refusal) => isSame(refusal.record, record));
  }

  clear(): void {
    this.#byTopic.clear();
    this.#count = 0;
  }
}

function isSame(a: RefusedRecord, b: RefusedRecord): boolean {
  const same = a.partition === b.partition && a.timestamp === b.timestamp;
  return same && sameBytes(a.key, b.key) && sameBytes(a.value, b.value);
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
