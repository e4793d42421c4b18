import { BrokerUnavailableError } from '../client/errors.js';
import type { ApiName, Apis, RequestOf, ResponseOf } from '../client/protocol.js';
import type { BrokerFeatures } from '../client/transport.js';
import type { Clock } from '../../util/time.js';

/** Who answers a request. */
export type Handlers = {
  readonly [A in ApiName]: (request: Apis[A][0]) => Apis[A][1] | Promise<Apis[A][1]>;
};

/** Brings each request to the part of the broker that answers it. */
export class RequestDispatch {
  readonly features: BrokerFeatures;
  #closed = false;

  constructor(
    private readonly handlers: Handlers,
    readonly clock: Clock,
    transactionVersion: number,
  ) {
    this.features = { transactionVersion, version: (api) => VERSIONS[api] };
  }

  /** @throws BrokerUnavailableError once closed */
  async handle<A extends ApiName>(api: A, message: RequestOf<A>): Promise<ResponseOf<A>> {
    if (this.#closed) throw new BrokerUnavailableError('the embedded broker is closed');
    return await this.handlers[api](message);
  }

  close(): void {
    this.#closed = true;
  }
}

/** Kafka 4.3's highest versions; what the request objects mean is what these versions mean. */
const VERSIONS: Readonly<Record<ApiName, number>> = {
  Metadata: 13,
  FindCoordinator: 6,
  Fetch: 18,
  ListOffsets: 11,
  Produce: 13,
  InitProducerId: 6,
  AddPartitionsToTxn: 5,
  AddOffsetsToTxn: 4,
  TxnOffsetCommit: 5,
  EndTxn: 5,
  JoinGroup: 9,
  SyncGroup: 5,
  Heartbeat: 4,
  LeaveGroup: 5,
  OffsetCommit: 10,
  OffsetFetch: 10,
  CreateTopics: 7,
  DeleteTopics: 6,
  DeleteRecords: 2,
  DescribeConfigs: 4,
  DeleteGroups: 2,
  ListGroups: 5,
  DescribeGroups: 6,
  CreatePartitions: 3,
};
