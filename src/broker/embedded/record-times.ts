import { BatchHeader } from '../record-batch/batch-header.js';
import { decodeRecords } from '../record-batch/decode.js';
import { baseOffsetOf, lastOffsetOf, maxTimestampOf } from './stored-batch.js';

/** What a search by time found, and where to go on if it found nothing. */
export interface TimeSearch {
  readonly record: { readonly offset: number; readonly timestamp: number } | undefined;
  readonly nextOffset: number;
}

/** The first record, at or after an offset, whose timestamp is at or after a time; a marker is one too, as in Kafka. */
export function firstRecordAtOrAfter(batches: readonly Buffer[], timestamp: number, fromOffset: number): TimeSearch {
  let nextOffset = fromOffset;
  for (const batch of batches) {
    nextOffset = lastOffsetOf(batch) + 1;
    if (maxTimestampOf(batch) < timestamp) continue;
    if (new BatchHeader(batch, 0).control && baseOffsetOf(batch) >= fromOffset) {
      return { record: { offset: baseOffsetOf(batch), timestamp: maxTimestampOf(batch) }, nextOffset };
    }
    const { records } = decodeRecords(batch, Math.max(fromOffset, baseOffsetOf(batch)), undefined, false);
    for (let at = 0; at < records.length; at++) {
      if (records.timestamp(at) < timestamp) continue;
      return { record: { offset: records.offset(at), timestamp: records.timestamp(at) }, nextOffset };
    }
  }
  return { record: undefined, nextOffset };
}
