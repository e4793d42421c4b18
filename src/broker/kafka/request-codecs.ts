import type { ApiName } from '../client/protocol.js';
import type { RequestCodec } from './request-codec.js';
import { addOffsetsToTxn } from './requests/add-offsets-to-txn.js';
import { addPartitionsToTxn } from './requests/add-partitions-to-txn.js';
import { createPartitions } from './requests/create-partitions.js';
import { createTopics } from './requests/create-topics.js';
import { deleteGroups } from './requests/delete-groups.js';
import { deleteRecords } from './requests/delete-records.js';
import { deleteTopics } from './requests/delete-topics.js';
import { describeConfigs } from './requests/describe-configs.js';
import { describeGroups } from './requests/describe-groups.js';
import { endTxn } from './requests/end-txn.js';
import { fetch } from './requests/fetch.js';
import { findCoordinator } from './requests/find-coordinator.js';
import { heartbeat } from './requests/heartbeat.js';
import { initProducerId } from './requests/init-producer-id.js';
import { joinGroup } from './requests/join-group.js';
import { leaveGroup } from './requests/leave-group.js';
import { listGroups } from './requests/list-groups.js';
import { listOffsets } from './requests/list-offsets.js';
import { metadata } from './requests/metadata.js';
import { offsetCommit } from './requests/offset-commit.js';
import { offsetFetch } from './requests/offset-fetch.js';
import { produce } from './requests/produce.js';
import { syncGroup } from './requests/sync-group.js';
import { txnOffsetCommit } from './requests/txn-offset-commit.js';

/** The wire layout of every request. */
export const requestCodecs: { readonly [A in ApiName]: RequestCodec<A> } = {
  Metadata: metadata,
  FindCoordinator: findCoordinator,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Produce: produce,
  InitProducerId: initProducerId,
  AddPartitionsToTxn: addPartitionsToTxn,
  AddOffsetsToTxn: addOffsetsToTxn,
  TxnOffsetCommit: txnOffsetCommit,
  EndTxn: endTxn,
  JoinGroup: joinGroup,
  SyncGroup: syncGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  DescribeConfigs: describeConfigs,
  DeleteGroups: deleteGroups,
  ListGroups: listGroups,
  DescribeGroups: describeGroups,
  CreatePartitions: createPartitions,
};
