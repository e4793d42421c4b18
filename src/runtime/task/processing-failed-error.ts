import { MillraceError, messageOf, type ErrorContext } from '../../util/errors.js';

/** A record could not be read, processed or written by a task, and the error policy says `fail`. */
export class ProcessingFailedError extends MillraceError {
  /**
   * @param code `PROCESSING_FAILED` | `DESERIALIZATION_FAILED` | `PRODUCTION_FAILED` | `PUNCTUATION_FAILED` |
   * `CHANGELOG_REFUSED` | `DEAD_LETTER_FAILED` | `TIMESTAMP_EXTRACTION_FAILED` | `PROCESSOR_INIT_FAILED` | `PROCESSOR_CLOSE_FAILED`
   * @param what the failed step, e.g. `processor "upper" failed`
   */
  constructor(code: string, what: string, cause: unknown, context: ErrorContext, hint: string) {
    super({
      code,
      kind: 'data',
      message: `${what} ${placeOf(context)}: ${messageOf(cause)}`,
      cause,
      context,
      hint,
    });
  }
}

function placeOf({ task, topic, partition, offset }: ErrorContext): string {
  const record =
    topic === undefined ? '' : ` at offset ${String(offset)} of partition ${String(partition)} of "${topic}"`;
  return `in task ${String(task)}${record}`;
}

/** Errors that are not about one record, so that no policy may swallow them and no node wraps them. */
export function concernsTask(error: unknown): boolean {
  if (error instanceof ProcessingFailedError) return true;
  return error instanceof MillraceError && (error.kind === 'fenced' || error.kind === 'unavailable');
}
