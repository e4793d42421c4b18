import type { OffsetToCommit } from '../../client/protocol.js';
import { readErrorsByTopic, writeByTopic, type RequestCodec } from '../request-codec.js';
import type { WireWriter } from '../wire-writer.js';

/*
 * OffsetCommit (key 8), versions 8 and 9. From 10 on topics go by id.
 *
 * Request  => group_id STRING, generation_id INT32, member_id STRING, group_instance_id STRING?, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, committed_offset INT64, committed_leader_epoch INT32,
 *                             committed_metadata STRING?
 * Response => throttle_time_ms INT32, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, error_code INT16
 */
export const offsetCommit: RequestCodec<'OffsetCommit'> = {
  apiKey: 8,
  minVersion: 8,
  maxVersion: 9,
  encode(writer, { groupId, generationId, memberId, groupInstanceId, offsets }) {
    writer.string(groupId).int32(generationId).string(memberId).string(groupInstanceId);
    writeOffsets(writer, offsets);
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    return { partitions: readErrorsByTopic(reader) };
  },
};

/** The `topics` of OffsetCommit and TxnOffsetCommit. */
export function writeOffsets(writer: WireWriter, offsets: readonly OffsetToCommit[]): void {
  writeByTopic(writer, offsets, ({ partition, offset, leaderEpoch, metadata }) => {
    writer.int32(partition).int64(offset).int32(leaderEpoch).string(metadata);
  });
}
