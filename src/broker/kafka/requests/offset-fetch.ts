import { readByTopic, writePartitionNumbers, type RequestCodec } from '../request-codec.js';

/*
 * OffsetFetch (key 9), version 7: the first with require_stable (KIP-447); from 8 on it asks for several groups.
 *
 * Request  => group_id STRING, [topics] | null for all, require_stable BOOLEAN
 *               topics => name STRING, partition_indexes [INT32]
 * Response => throttle_time_ms INT32, [topics], error_code INT16
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, committed_offset INT64, committed_leader_epoch INT32,
 *                             metadata STRING?, error_code INT16
 */
export const offsetFetch: RequestCodec<'OffsetFetch'> = {
  apiKey: 9,
  minVersion: 7,
  maxVersion: 7,
  encode(writer, { groupId, partitions, requireStable }) {
    writer.string(groupId);
    writePartitionNumbers(writer, partitions);
    writer.boolean(requireStable).endStruct();
  },
  decode(reader) {
    reader.int32();
    const partitions = readByTopic(reader, (topic) => ({
      topic,
      partition: reader.int32(),
      offset: reader.int64(),
      leaderEpoch: reader.int32(),
      metadata: reader.string(),
      errorCode: reader.int16(),
    }));
    return { partitions, errorCode: reader.int16() };
  },
};
