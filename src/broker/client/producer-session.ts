import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { checkAnswer } from './error-codes.js';
import type { InitProducerIdRequest, InitProducerIdResponse } from './protocol.js';
import { retry } from './retry.js';

/** Who a batch says it is from. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const NOBODY: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

/** The producer id and epoch, and the transaction protocol that was chosen with them. */
export class ProducerSession {
  identity: ProducerIdentity = NOBODY;
  /**
   * True for the protocol of KIP-890 (transaction.version 2): brokers add partitions and groups to the transaction by
   * themselves, and the end of each transaction gives a new epoch.
   */
  implicitPartitions = false;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
    readonly transactionalId: string | null,
    private readonly transactionTimeoutMs: number,
  ) {}

  /** A new session: fences older holders of the transactional id and ends their open transaction. */
  async open(): Promise<void> {
    await this.view.connect();
    this.implicitPartitions = this.context.transport.features().transactionVersion >= 2;
    await this.initialise(NOBODY);
  }

  /** A new epoch for the same producer. @throws BrokerResponseError PRODUCER_FENCED when there is a newer one */
  async bumpEpoch(): Promise<void> {
    await this.initialise(this.identity);
  }

  private async initialise(current: ProducerIdentity): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this;
    const { producerId, producerEpoch } = await this.ask({ transactionalId, transactionTimeoutMs, ...current });
    this.identity = { producerId, producerEpoch };
  }

  private async ask(message: InitProducerIdRequest): Promise<InitProducerIdResponse> {
    const check = ({ errorCode }: InitProducerIdResponse): void => {
      const { transactionalId } = this;
      const what = `Opening producer ${transactionalId ?? 'without transactions'}`;
      checkAnswer(errorCode, what, { access: { api: 'InitProducerId', transactionalId } });
    };
    if (message.transactionalId !== null) {
      const at = { keyType: 'transaction', key: message.transactionalId, channel: 'transaction' } as const;
      return this.view.askCoordinator(at, 'InitProducerId', message, check);
    }
    return retry(this.context, async () => {
      const answer = await this.view.request('any', 'transaction', 'InitProducerId', message);
      check(answer);
      return answer;
    });
  }
}
