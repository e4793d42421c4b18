import { readByTopic, writeByTopic, type RequestCodec } from '../request-codec.js';

/*
 * DeleteRecords (key 21), version 2.
 *
 * Request  => [topics], timeout_ms INT32
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, offset INT64
 * Response => throttle_time_ms INT32, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, low_watermark INT64, error_code INT16
 */
export const deleteRecords: RequestCodec<'DeleteRecords'> = {
  apiKey: 21,
  minVersion: 2,
  maxVersion: 2,
  encode(writer, { partitions, timeoutMs }) {
    writeByTopic(writer, partitions, ({ partition, offset }) => {
      writer.int32(partition).int64(offset);
    });
    writer.int32(timeoutMs).endStruct();
  },
  decode(reader) {
    reader.int32();
    const partitions = readByTopic(reader, (topic) => ({
      topic,
      partition: reader.int32(),
      lowWatermark: reader.int64(),
      errorCode: reader.int16(),
    }));
    return { partitions };
  },
};
