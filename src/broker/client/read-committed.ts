import type { FetchResponse } from './protocol.js';

/** An aborted transaction as a fetch names it. */
export type AbortedTransaction = FetchResponse['partitions'][number]['abortedTransactions'][number];

/** What the filter has to know of a batch (see record-batch's BatchHeader). */
export interface BatchOutcome {
  readonly lastOffset: number;
  readonly producerId: bigint;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly controlType: 'abort' | 'commit' | 'other' | undefined;
}

/**
 * Which batches of one fetched partition a read_committed reader keeps. Asked for every batch in offset order, control
 * batches included. The list of aborted transactions is that of the same response, in any order, and may begin below
 * the fetched offset. A producer's transaction is aborted from its first offset up to its abort marker; only the batch's
 * control bit tells a marker, never a record's key.
 *
 * @see KIP-98, org.apache.kafka.clients.consumer.internals.CompletedFetch
 */
export function committedBatches(
  aborted: readonly AbortedTransaction[],
): ((batch: BatchOutcome) => boolean) | undefined {
  if (aborted.length === 0) return undefined;
  const byFirstOffset = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  let next = 0;
  return (batch) => {
    for (;;) {
      const transaction = byFirstOffset[next];
      if (transaction === undefined || transaction.firstOffset > batch.lastOffset) break;
      aborting.add(transaction.producerId);
      next++;
    }
    if (!batch.transactional) return true;
    if (batch.control) {
      if (batch.controlType === 'abort') aborting.delete(batch.producerId);
      return false;
    }
    return !aborting.has(batch.producerId);
  };
}
