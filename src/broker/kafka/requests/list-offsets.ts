import type { ListOffsetsRequest } from '../../client/protocol.js';
import { readByTopic, writeByTopic, type RequestCodec } from '../request-codec.js';

/*
 * ListOffsets (key 2), versions 6 and 7.
 *
 * Request  => replica_id INT32 = -1, isolation_level INT8, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, current_leader_epoch INT32 = -1, timestamp INT64
 * Response => throttle_time_ms INT32, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, error_code INT16, timestamp INT64, offset INT64, leader_epoch INT32
 */
export const listOffsets: RequestCodec<'ListOffsets'> = {
  apiKey: 2,
  minVersion: 6,
  maxVersion: 7,
  encode(writer, { isolation, partitions }) {
    writer.int32(-1).int8(isolation === 'read_committed' ? 1 : 0);
    writeByTopic(writer, partitions, ({ partition, timestamp }) => {
      writer.int32(partition).int32(-1).int64(timestampOnWire(timestamp));
    });
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    const partitions = readByTopic(reader, (topic) => ({
      topic,
      partition: reader.int32(),
      errorCode: reader.int16(),
      timestamp: reader.int64(),
      offset: reader.int64(),
      leaderEpoch: reader.int32(),
    }));
    return { partitions };
  },
};

function timestampOnWire(timestamp: ListOffsetsRequest['partitions'][number]['timestamp']): number {
  if (timestamp === 'earliest') return -2;
  return timestamp === 'latest' ? -1 : timestamp;
}
