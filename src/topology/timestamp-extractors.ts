import { MillraceError } from '../util/errors.js';
import type { ExtractableRecord, TimestampExtractor } from './node.js';

/**
 * The record's own timestamp; the default.
 * @throws MillraceError `INVALID_TIMESTAMP` if it is negative (written by a producer older than Kafka 0.10)
 */
export const failOnInvalidTimestamp: TimestampExtractor = (record) => {
  if (record.timestamp < 0) throw invalidTimestamp(record);
  return record.timestamp;
};

/** The record's own timestamp; a record with a negative one is dropped and counted. */
export const logAndSkipOnInvalidTimestamp: TimestampExtractor = (record) => record.timestamp;

/**
 * The record's own timestamp, or, if that is negative, the largest of its partition so far.
 * @throws MillraceError `INVALID_TIMESTAMP` if the first record of a partition has none
 */
export const usePartitionTimeOnInvalidTimestamp: TimestampExtractor = (record, partitionTime) => {
  if (record.timestamp >= 0) return record.timestamp;
  if (partitionTime < 0) throw invalidTimestamp(record);
  return partitionTime;
};

function invalidTimestamp({ topic, partition, offset, timestamp }: ExtractableRecord): MillraceError {
  return new MillraceError({
    code: 'INVALID_TIMESTAMP',
    kind: 'data',
    message: `A record of topic "${topic}" has the negative timestamp ${timestamp}`,
    hint: 'Take the time from the value (the stream\'s "timestamp"), or skip such records with logAndSkipOnInvalidTimestamp.',
    context: { topic, partition, offset },
  });
}
