import type { BrokerClient, CommittedOffset } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { MillraceError } from '../../util/errors.js';
import type { TransactionContext } from './transaction.js';

/** How long a transaction that is just ending may take before its writer is taken for gone. */
const ENDING_MS = 500;

/**
 * The writer's id: one per instance (KIP-447). The same instance started again fences its earlier self when it calls
 * `init`, which it does before it joins the group.
 */
export function transactionalId(applicationId: string, instanceId: string): string {
  return `${applicationId}-${instanceId}`;
}

/**
 * The committed offsets of partitions whose task starts here, once no transaction is pending on them. A transaction that a
 * member left open when it went away would keep them unstable until its time-out: it is ended by fencing its writer.
 */
export async function stableOffsets(
  context: Pick<TransactionContext, 'groupId' | 'admin' | 'client' | 'patience' | 'log'>,
  partitions: readonly TopicPartition[],
  goneWriters: readonly string[],
): Promise<Map<string, CommittedOffset>> {
  const { groupId, admin, patience } = context;
  if (goneWriters.length > 0) {
    try {
      return await admin.committedOffsets(groupId, partitions, { requireStable: true, timeoutMs: ENDING_MS });
    } catch (error) {
      if (!(error instanceof MillraceError) || error.kind !== 'unavailable') throw error;
      context.log.info(
        { writers: goneWriters },
        'a transaction is pending on the inputs: fencing members that are gone',
      );
      await Promise.all(goneWriters.map((id) => patience.retry('fencing a writer', () => fence(context.client, id))));
    }
  }
  return patience.retry('reading the committed offsets', () =>
    admin.committedOffsets(groupId, partitions, { requireStable: true }),
  );
}

/** Ends the open transaction of a writer, and keeps it from sending anything more. */
async function fence(client: Pick<BrokerClient, 'writer'>, id: string): Promise<void> {
  const writer = client.writer({ transactionalId: id });
  try {
    await writer.init();
  } finally {
    await writer.close();
  }
}
