import type { DescribeGroupsResponse } from '../../client/admin-protocol.js';
import { readStructs, type RequestCodec } from '../request-codec.js';
import type { WireReader } from '../wire-reader.js';

/*
 * DescribeGroups (key 15), versions 5 and 6 (which adds the error's text, and an error for a group that does not exist).
 *
 * Request  => [groups STRING], include_authorized_operations BOOLEAN
 * Response => throttle_time_ms INT32, [groups]
 *               groups => error_code INT16, from 6 error_message STRING?, group_id STRING, group_state STRING,
 *                         protocol_type STRING, protocol_data STRING, [members], authorized_operations INT32
 *               members => member_id STRING, group_instance_id STRING?, client_id STRING, client_host STRING,
 *                          member_metadata BYTES, member_assignment BYTES
 */
export const describeGroups: RequestCodec<'DescribeGroups'> = {
  apiKey: 15,
  minVersion: 5,
  maxVersion: 6,
  encode(writer, { groups }) {
    writer.array(groups, (groupId) => writer.string(groupId));
    writer.boolean(false).endStruct();
  },
  decode(reader, version) {
    reader.int32();
    const groups = readStructs(reader, () => {
      const errorCode = reader.int16();
      if (version >= 6) reader.nullableString();
      const group = {
        errorCode,
        groupId: reader.string(),
        state: reader.string(),
        protocolType: reader.string(),
        protocolName: reader.string(),
        members: readStructs(reader, () => readMember(reader)),
      };
      reader.int32();
      return group;
    });
    return { groups };
  },
};

function readMember(reader: WireReader): DescribeGroupsResponse['groups'][number]['members'][number] {
  return {
    memberId: reader.string(),
    groupInstanceId: reader.nullableString(),
    clientId: reader.string(),
    clientHost: reader.string(),
    metadata: reader.byteString(),
    assignment: reader.byteString(),
  };
}
