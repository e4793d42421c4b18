import type { RequestCodec } from '../request-codec.js';

/*
 * Heartbeat (key 12), version 4.
 *
 * Request  => group_id STRING, generation_id INT32, member_id STRING, group_instance_id STRING?
 * Response => throttle_time_ms INT32, error_code INT16
 */
export const heartbeat: RequestCodec<'Heartbeat'> = {
  apiKey: 12,
  minVersion: 4,
  maxVersion: 4,
  encode(writer, { groupId, generationId, memberId, groupInstanceId }) {
    writer.string(groupId).int32(generationId).string(memberId).string(groupInstanceId).endStruct();
  },
  decode(reader) {
    reader.int32();
    return { errorCode: reader.int16() };
  },
};
