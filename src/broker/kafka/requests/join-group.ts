import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * JoinGroup (key 11), versions 7 to 9: 8 adds the reason, 9 lets a static leader skip the assignment (KIP-814).
 *
 * Request  => group_id STRING, session_timeout_ms INT32, rebalance_timeout_ms INT32, member_id STRING,
 *             group_instance_id STRING?, protocol_type STRING, [protocols], from 8 reason STRING?
 *               protocols => name STRING, metadata BYTES
 * Response => throttle_time_ms INT32, error_code INT16, generation_id INT32, protocol_type STRING?,
 *             protocol_name STRING?, leader STRING, from 9 skip_assignment BOOLEAN, member_id STRING, [members]
 *               members => member_id STRING, group_instance_id STRING?, metadata BYTES
 */
export const joinGroup: RequestCodec<'JoinGroup'> = {
  apiKey: 11,
  minVersion: 7,
  maxVersion: 9,
  encode(writer, { groupId, sessionTimeoutMs, rebalanceTimeoutMs, ...request }, version) {
    writer.string(groupId).int32(sessionTimeoutMs).int32(rebalanceTimeoutMs).string(request.memberId);
    writer.string(request.groupInstanceId).string(request.protocolType);
    writer.array(request.protocols, ({ name, metadata }) => {
      writer.string(name).byteString(metadata).endStruct();
    });
    if (version >= 8) writer.string(request.reason);
    writer.endStruct();
  },
  decode(reader, version) {
    reader.int32();
    const errorCode = reader.int16();
    const generationId = reader.int32();
    reader.nullableString();
    return {
      errorCode,
      generationId,
      protocolName: reader.nullableString(),
      leader: reader.string(),
      skipAssignment: version >= 9 && reader.boolean(),
      memberId: reader.string(),
      members: readStructs(reader, () => ({
        memberId: reader.string(),
        groupInstanceId: reader.nullableString(),
        metadata: reader.byteString(),
      })),
    };
  },
};
