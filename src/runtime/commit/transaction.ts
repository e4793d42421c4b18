import { partitionKey, type Admin, type BrokerClient, type Member } from '../../broker/client/client.js';
import { UnknownOutcomeError } from '../../broker/client/errors.js';
import type { OffsetToCommit } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import { MillraceError } from '../../util/errors.js';
import type { Patience } from '../patience.js';
import type { RecordWriter } from '../record-writer.js';
import type { CommittingTask } from './committing-task.js';

/** What commit and abort work with. */
export interface TransactionContext {
  readonly groupId: string;
  readonly client: Pick<BrokerClient, 'writer'>;
  readonly admin: Admin;
  readonly records: RecordWriter;
  readonly member: Pick<Member, 'metadata' | 'commitOffsets'>;
  readonly patience: Patience;
  readonly log: Logger;
}

/**
 * The end of a transaction was not answered, and the offsets cannot tell how it ended since it moved none. The state has to
 * be opened anew: its changelog tells.
 */
export class OutcomeLostError extends MillraceError {
  constructor(cause: unknown) {
    super({
      code: 'TRANSACTION_OUTCOME_LOST',
      kind: 'unavailable',
      message: 'no answer came to the end of a transaction that moved no offset',
      cause,
    });
  }
}

/**
 * Ends the transaction and gives whether it is committed. Without an answer the writer is made anew, which ends the
 * transaction for good; then the stable offsets tell whether it was committed before.
 */
export async function endTransaction(
  context: TransactionContext,
  committing: readonly CommittingTask[],
  offsets: readonly OffsetToCommit[],
): Promise<boolean> {
  const { writer } = context.records;
  if (!writer.inTransaction) return true;
  try {
    await writer.commit();
    return true;
  } catch (error) {
    if (!(error instanceof UnknownOutcomeError)) throw error;
    context.log.warn({ err: error }, 'the end of a transaction was not answered: asking the group what is committed');
    return await isCommitted(context, committing, offsets, error);
  }
}

async function isCommitted(
  context: TransactionContext,
  committing: readonly CommittingTask[],
  offsets: readonly OffsetToCommit[],
  cause: unknown,
): Promise<boolean> {
  const { records, admin, groupId, patience } = context;
  await patience.retry('making the writer anew', () => records.writer.init());
  const moved = new Set(committing.flatMap(({ owned, offsets: own }) => owned.changed(own).map(partitionKey)));
  const witnesses = offsets.filter((offset) => moved.has(partitionKey(offset)));
  if (witnesses.length === 0) throw new OutcomeLostError(cause);
  const stable = await patience.retry('reading the committed offsets', () =>
    admin.committedOffsets(groupId, witnesses, { requireStable: true }),
  );
  return witnesses.every((sent) => {
    const found = stable.get(partitionKey(sent));
    return found?.offset === sent.offset && found.metadata === sent.metadata;
  });
}
