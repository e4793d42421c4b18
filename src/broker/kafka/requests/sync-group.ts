import type { RequestCodec } from '../request-codec.js';

/*
 * SyncGroup (key 14), version 5.
 *
 * Request  => group_id STRING, generation_id INT32, member_id STRING, group_instance_id STRING?, protocol_type STRING?,
 *             protocol_name STRING?, [assignments]
 *               assignments => member_id STRING, assignment BYTES
 * Response => throttle_time_ms INT32, error_code INT16, protocol_type STRING?, protocol_name STRING?, assignment BYTES
 */
export const syncGroup: RequestCodec<'SyncGroup'> = {
  apiKey: 14,
  minVersion: 5,
  maxVersion: 5,
  encode(writer, { groupId, generationId, memberId, groupInstanceId, protocolType, protocolName, assignments }) {
    writer.string(groupId).int32(generationId).string(memberId).string(groupInstanceId);
    writer.string(protocolType).string(protocolName);
    writer.array(assignments, ({ memberId: member, assignment }) => {
      writer.string(member).byteString(assignment).endStruct();
    });
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    const errorCode = reader.int16();
    reader.nullableString();
    reader.nullableString();
    return { errorCode, assignment: reader.byteString() };
  },
};
