import { readByTopic, readStructs, writeByTopic, type RequestCodec } from '../request-codec.js';

/*
 * Produce (key 0), versions 9 to 12. Version 11 may answer TRANSACTION_ABORTABLE; version 12 adds partitions to the
 * transaction by itself (KIP-890), so it is only for clusters with transaction.version 2. From 13 on topics go by id.
 *
 * Request  => transactional_id STRING?, acks INT16, timeout_ms INT32, [topic_data]
 *               topic_data => name STRING, [partition_data]
 *               partition_data => index INT32, records BYTES
 * Response => [responses], throttle_time_ms INT32
 *               responses => name STRING, [partition_responses]
 *               partition_responses => index INT32, error_code INT16, base_offset INT64, log_append_time_ms INT64,
 *                                      log_start_offset INT64, [record_errors], error_message STRING?
 *               record_errors => batch_index INT32, batch_index_error_message STRING?
 * With acks 0 there is no response.
 */
export const produce: RequestCodec<'Produce'> = {
  apiKey: 0,
  minVersion: 9,
  maxVersion: 12,
  maxVersionBeforeTransactionV2: 11,
  sizeHint({ partitions }) {
    let size = 256;
    for (const { topic, records } of partitions) size += records.length + topic.length + 16;
    return size;
  },
  unanswered({ acks, partitions }) {
    if (acks !== 0) return undefined;
    const unknown = { errorCode: 0, errorMessage: null, baseOffset: -1, logStartOffset: -1 };
    return { partitions: partitions.map(({ topic, partition }) => ({ topic, partition, ...unknown })) };
  },
  encode(writer, { transactionalId, acks, timeoutMs, partitions }) {
    writer.string(transactionalId).int16(acks).int32(timeoutMs);
    writeByTopic(writer, partitions, ({ partition, records }) => {
      writer.int32(partition).byteString(records);
    });
    writer.endStruct();
  },
  decode(reader) {
    const partitions = readByTopic(reader, (topic) => {
      const head = { topic, partition: reader.int32(), errorCode: reader.int16(), baseOffset: reader.int64() };
      reader.int64();
      const logStartOffset = reader.int64();
      const recordErrors = readStructs(reader, () => {
        reader.int32();
        return reader.nullableString();
      });
      const errorMessage = reader.nullableString() ?? recordErrors.find((message) => message !== null) ?? null;
      return { ...head, logStartOffset, errorMessage };
    });
    return { partitions };
  },
};
