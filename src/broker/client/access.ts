import type { ApiName } from './protocol.js';

/** What Kafka's ACLs speak of. */
type ResourceType = 'topic' | 'group' | 'transactional-id' | 'cluster';

/** Kafka's answers that deny something, and of which kind of resource. */
const DENIED: ReadonlyMap<number, ResourceType> = new Map([
  [29, 'topic'],
  [30, 'group'],
  [31, 'cluster'],
  [53, 'transactional-id'],
]);

/** The operation that each request needs to be allowed, by the kind of resource that an answer denies. */
const NEEDED: Readonly<Partial<Record<ApiName, Readonly<Partial<Record<ResourceType, string>>>>>> = {
  Metadata: { topic: 'Describe' },
  CreateTopics: { topic: 'Create', cluster: 'Create' },
  CreatePartitions: { topic: 'Alter' },
  DeleteTopics: { topic: 'Delete' },
  DeleteRecords: { topic: 'Delete' },
  DescribeConfigs: { topic: 'DescribeConfigs' },
  ListOffsets: { topic: 'Describe' },
  Fetch: { topic: 'Read' },
  Produce: { topic: 'Write', 'transactional-id': 'Write', cluster: 'IdempotentWrite' },
  InitProducerId: { 'transactional-id': 'Write', cluster: 'IdempotentWrite' },
  AddPartitionsToTxn: { topic: 'Write', 'transactional-id': 'Write' },
  AddOffsetsToTxn: { group: 'Read', 'transactional-id': 'Write' },
  TxnOffsetCommit: { topic: 'Read', group: 'Read', 'transactional-id': 'Write' },
  EndTxn: { 'transactional-id': 'Write' },
  FindCoordinator: { group: 'Describe', 'transactional-id': 'Describe' },
  JoinGroup: { topic: 'Read', group: 'Read' },
  SyncGroup: { group: 'Read' },
  Heartbeat: { group: 'Read' },
  LeaveGroup: { group: 'Read' },
  OffsetFetch: { topic: 'Describe', group: 'Describe' },
  OffsetCommit: { topic: 'Read', group: 'Read' },
  DeleteGroups: { group: 'Delete' },
};

/** What a request was about: the resources whose use an answer may deny. */
export interface Access {
  readonly api: ApiName;
  readonly topic?: string;
  readonly group?: string;
  readonly transactionalId?: string | null;
}

/** What an answer denies, and the remedy; undefined when it denies nothing. */
export function denial(
  errorCode: number,
  access: Access,
): { readonly denied: string; readonly hint: string } | undefined {
  const resource = DENIED.get(errorCode);
  if (resource === undefined) return undefined;
  const operation = NEEDED[access.api]?.[resource] ?? 'All';
  const { topic, group, transactionalId } = access;
  const name = { topic, group, 'transactional-id': transactionalId, cluster: undefined }[resource];
  return {
    denied: `operation ${operation} on ${resource.replace('-', ' ')}${name == null ? '' : ` "${name}"`} is not allowed`,
    hint:
      'Allow it to the principal that this client logs in as: kafka-acls --add --allow-principal User:NAME ' +
      `--operation ${operation} --${resource}${name == null ? '' : ` ${name}`}. docs/security.md lists all that is needed.`,
  };
}
