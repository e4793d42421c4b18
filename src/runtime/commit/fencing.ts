import type { CommittedOffset } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { TransactionContext } from './transaction.js';

/**
 * The writer's id: one per instance (KIP-447). The same instance started again fences its earlier self when it calls
 * `init`, which it does before it joins the group.
 */
export function transactionalId(applicationId: string, instanceId: string): string {
  return `${applicationId}-${instanceId}`;
}

/** The committed offsets of partitions, once no transaction is pending on them. */
export async function stableOffsets(
  { groupId, admin, patience }: Pick<TransactionContext, 'groupId' | 'admin' | 'patience'>,
  partitions: readonly TopicPartition[],
): Promise<Map<string, CommittedOffset>> {
  return patience.retry('reading the committed offsets', () =>
    admin.committedOffsets(groupId, partitions, { requireStable: true }),
  );
}

/**
 * Ends what members that are gone have left open. A transaction of theirs would keep offsets unstable, and hide the end of
 * the changelogs, until its time-out; and should such a member live and only be cut off, it must not write any more. A
 * member that was fenced although it is back only has to start over.
 */
export class WriterFence {
  readonly #fenced = new Map<string, Promise<void>>();

  constructor(private readonly context: Pick<TransactionContext, 'client' | 'patience' | 'log'>) {}

  /** Fences each of these writers once, until it is a member again. */
  async fence(gone: readonly string[]): Promise<void> {
    for (const id of this.#fenced.keys()) if (!gone.includes(id)) this.#fenced.delete(id);
    await Promise.all(gone.map((id) => this.#fenceOnce(id)));
  }

  #fenceOnce(id: string): Promise<void> {
    let fencing = this.#fenced.get(id);
    if (!fencing) {
      this.context.log.info({ writer: id }, 'fencing the writer of a member that is gone');
      fencing = this.context.patience.retry('fencing a writer', () => this.#takeOver(id));
      this.#fenced.set(id, fencing);
    }
    return fencing;
  }

  async #takeOver(id: string): Promise<void> {
    const writer = this.context.client.writer({ transactionalId: id });
    try {
      await writer.init();
    } finally {
      await writer.close();
    }
  }
}
