import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * LeaveGroup (key 13), versions 4 and 5 (which adds the reason).
 *
 * Request  => group_id STRING, [members]
 *               members => member_id STRING, group_instance_id STRING?, from 5 reason STRING?
 * Response => throttle_time_ms INT32, error_code INT16, [members]
 *               members => member_id STRING, group_instance_id STRING?, error_code INT16
 */
export const leaveGroup: RequestCodec<'LeaveGroup'> = {
  apiKey: 13,
  minVersion: 4,
  maxVersion: 5,
  encode(writer, { groupId, members }, version) {
    writer.string(groupId);
    writer.array(members, ({ memberId, groupInstanceId, reason }) => {
      writer.string(memberId).string(groupInstanceId);
      if (version >= 5) writer.string(reason);
      writer.endStruct();
    });
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    const errorCode = reader.int16();
    const members = readStructs(reader, () => {
      const memberId = reader.string();
      reader.nullableString();
      return { memberId, errorCode: reader.int16() };
    });
    return { errorCode, members };
  },
};
