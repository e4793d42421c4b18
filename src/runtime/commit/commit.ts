import { TransactionAbortableError } from '../../broker/client/errors.js';
import { FencedError } from '../../broker/client/errors.js';
import type { GroupMetadata } from '../../broker/client/client.js';
import type { OwnedTask } from '../owned-task.js';
import { apply, freeze, offsetsToSend, positionsOf } from './committing-task.js';
import { flushCaches } from './flush-caches.js';
import { endTransaction, type TransactionContext } from './transaction.js';

/**
 * One commit under exactly-once. Every task that has done something since the last commit takes part, since all share one
 * transaction; none of them may be inside a record. Until step 4 has returned nothing of it counts.
 *
 * @throws TransactionAbortableError nothing of it counts: abort
 * @throws FencedError another instance took over: drop everything
 */
export async function commitExactlyOnce(context: TransactionContext, tasks: readonly OwnedTask[]): Promise<void> {
  const { records } = context;
  // 1. Empty the record caches: what leaves them is logged, forwarded and sent
  await flushCaches(tasks, records);
  await applied(tasks);
  // 2. Freeze the overlays; what has no changelog is kept beside its base until the outcome is known
  const committing = freeze(tasks);
  await Promise.all(committing.map(({ owned, state, offsets }) => state.prepare(positionsOf(owned, offsets, records))));
  // 3. The last records go out; the offsets become part of the transaction, checked against the member's generation
  const offsets = offsetsToSend(committing);
  records.ensureTransaction();
  const sending = offsets.length > 0 ? records.writer.sendOffsets(generation(context), offsets) : undefined;
  await Promise.all([records.writer.flush(), sending]);
  // 4. End the transaction: outputs, changelogs and offsets count together, or not at all
  if (!(await endTransaction(context, committing, offsets))) {
    throw new TransactionAbortableError('the transaction was aborted while its end was unknown');
  }
  // 5. The committed changes go from the overlays into the databases, while the next records are processed
  apply(committing, records);
}

/** One commit under at-least-once: a crash between two steps repeats records and loses none. */
export async function commitAtLeastOnce(context: TransactionContext, tasks: readonly OwnedTask[]): Promise<void> {
  const { records, member } = context;
  // 1. Empty the record caches
  await flushCaches(tasks, records);
  await applied(tasks);
  // 2. Freeze the overlays
  const committing = freeze(tasks);
  // 3. Every output and changelog record is acknowledged
  await records.writer.flush();
  // 4. The changes go into the databases, which so never run ahead of their changelogs
  const offsets = offsetsToSend(committing);
  apply(committing, records);
  await applied(tasks);
  // 5. Only now are the inputs done with
  generation(context);
  if (offsets.length > 0) await member.commitOffsets(offsets);
}

/** Resolves when the last commit stands in the tasks' databases. */
export async function applied(tasks: readonly OwnedTask[]): Promise<void> {
  await Promise.all(tasks.map((owned) => owned.applying));
}

function generation({ member }: TransactionContext): GroupMetadata {
  if (member.metadata) return member.metadata;
  throw new FencedError('the member has lost its place in the group');
}
