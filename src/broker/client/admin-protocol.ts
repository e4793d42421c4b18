import type { TopicPartition } from './topic-partition.js';

/* The requests of administration: topics, their configs and records, groups. See protocol.ts. */

export interface CreateTopicsRequest {
  readonly topics: readonly {
    readonly name: string;
    /** -1 for the broker's default. */
    readonly partitions: number;
    /** -1 for the broker's default. */
    readonly replicationFactor: number;
    readonly configs: Readonly<Record<string, string>>;
  }[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}
export interface CreateTopicsResponse {
  readonly topics: readonly {
    readonly name: string;
    readonly errorCode: number;
    readonly errorMessage: string | null;
  }[];
}
export interface DeleteTopicsRequest {
  readonly topics: readonly string[];
  readonly timeoutMs: number;
}
export interface DeleteTopicsResponse {
  readonly topics: readonly {
    readonly name: string;
    readonly errorCode: number;
    readonly errorMessage: string | null;
  }[];
}
export interface DeleteRecordsRequest {
  /** Everything below `offset` goes; -1 for the high watermark. */
  readonly partitions: readonly (TopicPartition & { readonly offset: number })[];
  readonly timeoutMs: number;
}
export interface DeleteRecordsResponse {
  readonly partitions: readonly (TopicPartition & { readonly errorCode: number; readonly lowWatermark: number })[];
}
export interface DescribeConfigsRequest {
  readonly topics: readonly string[];
}
export interface DescribeConfigsResponse {
  readonly topics: readonly {
    readonly name: string;
    readonly errorCode: number;
    readonly configs: Readonly<Record<string, string | null>>;
  }[];
}
export interface DeleteGroupsRequest {
  readonly groups: readonly string[];
}
export interface DeleteGroupsResponse {
  readonly groups: readonly { readonly groupId: string; readonly errorCode: number }[];
}
export interface ListGroupsRequest {
  /** Kinds of group that are asked for, e.g. `classic`; empty for all. A broker before 3.8 gives all. */
  readonly types: readonly string[];
}
export interface ListGroupsResponse {
  readonly errorCode: number;
  /** The groups that the asked broker coordinates. */
  readonly groups: readonly {
    readonly groupId: string;
    readonly protocolType: string;
    readonly state: string;
    /** In lower case; `classic` where the broker knows no other. */
    readonly type: string;
  }[];
}
export interface DescribeGroupsRequest {
  readonly groups: readonly string[];
}
export interface DescribeGroupsResponse {
  readonly groups: readonly {
    readonly errorCode: number;
    readonly groupId: string;
    /** `Dead` for a group that does not exist, or is no classic one. */
    readonly state: string;
    readonly protocolType: string;
    /** Name of the protocol that was agreed upon; empty unless stable. */
    readonly protocolName: string;
    readonly members: readonly {
      readonly memberId: string;
      readonly groupInstanceId: string | null;
      readonly clientId: string;
      readonly clientHost: string;
      /** Empty unless the group is stable. */
      readonly metadata: Buffer;
      /** Empty unless the group is stable. */
      readonly assignment: Buffer;
    }[];
  }[];
}
export interface CreatePartitionsRequest {
  readonly topics: readonly { readonly name: string; readonly count: number }[];
  readonly timeoutMs: number;
}
export interface CreatePartitionsResponse {
  readonly topics: readonly {
    readonly name: string;
    readonly errorCode: number;
    readonly errorMessage: string | null;
  }[];
}
