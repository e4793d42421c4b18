import { readErrorsByTopic, type RequestCodec } from '../request-codec.js';
import { writeOffsets } from './offset-commit.js';

/*
 * TxnOffsetCommit (key 28), versions 3 to 5. Version 3 carries member and generation (KIP-447); version 5 adds the group
 * to the transaction by itself (KIP-890), so it is only for clusters with transaction.version 2.
 *
 * Request  => transactional_id STRING, group_id STRING, producer_id INT64, producer_epoch INT16, generation_id INT32,
 *             member_id STRING, group_instance_id STRING?, [topics] as in OffsetCommit
 * Response => throttle_time_ms INT32, [topics]
 *               topics => name STRING, [partitions]
 *               partitions => partition_index INT32, error_code INT16
 */
export const txnOffsetCommit: RequestCodec<'TxnOffsetCommit'> = {
  apiKey: 28,
  minVersion: 3,
  maxVersion: 5,
  maxVersionBeforeTransactionV2: 4,
  encode(writer, { transactionalId, groupId, producerId, producerEpoch, ...member }) {
    writer.string(transactionalId).string(groupId).bigint64(producerId).int16(producerEpoch);
    writer.int32(member.generationId).string(member.memberId).string(member.groupInstanceId);
    writeOffsets(writer, member.offsets);
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    return { partitions: readErrorsByTopic(reader) };
  },
};
