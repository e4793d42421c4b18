import { MillraceError } from '../../util/errors.js';
import type { GroupMetadata } from './client.js';
import type { ClusterView } from './cluster-view.js';
import type { Access } from './access.js';
import { checkAnswer, ErrorCode, reactionTo } from './error-codes.js';
import { BrokerResponseError, BrokerUnavailableError, FencedError, UnknownOutcomeError } from './errors.js';
import { isFencing, transactionError } from './produce-errors.js';
import type { ProducerSession } from './producer-session.js';
import type { EndTxnResponse, OffsetToCommit, TopicPartition } from './protocol.js';
import { isRetriable } from './retry.js';

const END_TIMEOUT_MS = 30_000;

/** The requests by which a transaction gains partitions and offsets, and ends. */
export class TransactionRequests {
  constructor(
    private readonly view: ClusterView,
    private readonly session: ProducerSession,
    private readonly transactionalId: string,
  ) {}

  private get coordinator(): { keyType: 'transaction'; key: string; channel: 'transaction' } {
    return { keyType: 'transaction', key: this.transactionalId, channel: 'transaction' };
  }

  /** Older protocol: adds partitions, all at once, before the first batch for each. */
  async addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const { transactionalId } = this;
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition }));
    const message = { transactionalId, ...this.session.identity, partitions: asked };
    await this.view.askCoordinator(this.coordinator, 'AddPartitionsToTxn', message, (answer) => {
      checkPartitions(answer.partitions, `Adding a partition to transaction "${transactionalId}"`, {
        api: 'AddPartitionsToTxn',
        transactionalId,
      });
    });
  }

  /** Adds offsets; the group's coordinator checks the generation. */
  async sendOffsets(group: GroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void> {
    const { transactionalId } = this;
    const { identity, implicitPartitions } = this.session;
    const what = `Adding offsets of group "${group.groupId}" to transaction "${transactionalId}"`;
    if (!implicitPartitions) {
      const message = { transactionalId, ...identity, groupId: group.groupId };
      await this.view.askCoordinator(this.coordinator, 'AddOffsetsToTxn', message, ({ errorCode }) => {
        checkAnswer(errorCode, what, { access: { api: 'AddOffsetsToTxn', transactionalId, group: group.groupId } });
      });
    }
    await this.view.askCoordinator(
      { keyType: 'group', key: group.groupId, channel: 'heartbeat' },
      'TxnOffsetCommit',
      { transactionalId, ...identity, ...group, offsets },
      ({ partitions }) => {
        checkPartitions(partitions, what, { api: 'TxnOffsetCommit', transactionalId, group: group.groupId });
      },
    );
  }

  /**
   * Ends the transaction. A lost answer is asked for again: the coordinator gives the same answer to a repeated request.
   * @returns true if the session has a new epoch
   * @throws UnknownOutcomeError, FencedError, TransactionAbortableError
   */
  async end(committed: boolean): Promise<boolean> {
    const { transactionalId } = this;
    const what = `${committed ? 'Committing' : 'Aborting'} transaction "${transactionalId}"`;
    let answerLost = false;
    const check = ({ errorCode }: EndTxnResponse): void => {
      checkAnswer(errorCode, what, { access: { api: 'EndTxn', transactionalId } });
    };
    const message = { transactionalId, ...this.session.identity, committed };
    try {
      const options = {
        timeoutMs: END_TIMEOUT_MS,
        onRetry: (error: MillraceError) => {
          answerLost ||= error instanceof BrokerUnavailableError;
        },
      };
      return this.takeIdentity(await this.view.askCoordinator(this.coordinator, 'EndTxn', message, check, options));
    } catch (cause) {
      throw endError(cause, what, answerLost);
    }
  }

  private takeIdentity({ producerId, producerEpoch }: EndTxnResponse): boolean {
    const { identity } = this.session;
    if (producerId < 0n || (producerId === identity.producerId && producerEpoch === identity.producerEpoch))
      return false;
    this.session.identity = { producerId, producerEpoch };
    return true;
  }
}

function endError(cause: unknown, what: string, answerLost: boolean): MillraceError {
  if (cause instanceof BrokerResponseError && isFencing(cause.errorCode)) {
    return new FencedError(`${what}: another writer took over, or the transaction timed out`, { cause });
  }
  if (isRetriable(cause) || (answerLost && isInvalidState(cause))) {
    return new UnknownOutcomeError(`${what}: no answer came, so its outcome is not known`, { cause });
  }
  return transactionError(cause);
}

/** True for the answer to ending a transaction that the coordinator does not have. */
export function isInvalidState(error: unknown): boolean {
  if (error instanceof BrokerResponseError) return error.errorCode === ErrorCode.INVALID_TXN_STATE;
  return error instanceof MillraceError && error.cause !== undefined && isInvalidState(error.cause);
}

function checkPartitions(
  partitions: readonly (TopicPartition & { readonly errorCode: number })[],
  what: string,
  access: Access,
): void {
  // An attempt that is repeated for one partition is repeated for all, so a final error comes first.
  const refused = partitions.filter(
    ({ errorCode }) => errorCode !== 0 && errorCode !== ErrorCode.OPERATION_NOT_ATTEMPTED,
  );
  const worst = refused.find(({ errorCode }) => reactionTo(errorCode) === 'final') ?? refused[0];
  if (worst === undefined) return;
  const { topic, partition, errorCode } = worst;
  checkAnswer(errorCode, what, { context: { topic, partition }, access: { ...access, topic } });
}
