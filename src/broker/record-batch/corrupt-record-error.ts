import { MillraceError } from '../../util/errors.js';

/** Bytes of a log that are not what was written: a wrong checksum, or a batch that its own lengths contradict. */
export class CorruptRecordError extends MillraceError {
  /** Base offset of the batch. */
  readonly offset: number;

  constructor(offset: number, what: string, cause?: unknown) {
    super({
      code: 'CORRUPT_RECORD',
      kind: 'data',
      message: `The record batch at offset ${offset} is corrupt: ${what}`,
      hint: 'Read it again; if it stays so, the log on the broker is damaged: restore the replica, or skip past the batch.',
      cause,
      context: { offset },
    });
    this.offset = offset;
  }
}
