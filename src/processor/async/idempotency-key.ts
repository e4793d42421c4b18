import type { PendingRecord } from '../../state/pending/pending-store.js';
import type { RecordContext } from '../../state/store.js';
import type { ProcessorContext } from '../../topology/processor.js';

/**
 * Names a record by where it came from, so that it has the same name when it is processed again:
 * `<application>/<node>/<topic>-<partition>@<offset>`, with `/<n>` behind it for what else became of the same input record.
 * What came from no record is named by its timestamp in place of the offset.
 */
export function idempotencyKey(
  { applicationId, nodeName }: Pick<ProcessorContext, 'applicationId' | 'nodeName'>,
  { context, ordinal }: Pick<PendingRecord<unknown>, 'context' | 'ordinal'>,
): string {
  const { topic, partition, offset, timestamp } = context;
  const place = offset < 0 ? `punctuation@${String(timestamp)}` : `${topic}-${String(partition)}@${String(offset)}`;
  return `${applicationId}/${nodeName}/${place}${ordinal === 0 ? '' : `/${String(ordinal)}`}`;
}

/** Counts what becomes of one input record. */
export class Ordinals {
  #last: RecordContext | undefined;
  #ordinal = 0;

  next(context: RecordContext): number {
    const { topic, partition, offset, timestamp } = context;
    const last = this.#last;
    const same =
      last?.topic === topic &&
      last.partition === partition &&
      last.offset === offset &&
      (offset >= 0 || last.timestamp === timestamp);
    this.#ordinal = same ? this.#ordinal + 1 : 0;
    this.#last = context;
    return this.#ordinal;
  }
}
