import type { BrokerClient } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import { othersRun, type ShapeMismatch } from './state-mismatch.js';

/** Whose stores are discarded, by whom. */
export interface Discarding {
  readonly applicationId: string;
  readonly instanceId: string;
  readonly client: Pick<BrokerClient, 'admin'>;
  readonly log: Logger;
}

/**
 * Deletes the changelogs of stores, so that they start empty everywhere: local state of a changelog that was another topic is
 * rebuilt.
 * @throws MillraceError `STATE_IN_USE`
 */
export async function discardStores(
  mismatches: readonly ShapeMismatch[],
  { applicationId, instanceId, client, log }: Discarding,
): Promise<void> {
  const group = await client.admin.describeGroup(applicationId);
  const others = (group?.members ?? []).filter(({ groupInstanceId }) => groupInstanceId !== instanceId);
  if (others.length > 0) {
    throw othersRun(
      mismatches,
      others.map(({ groupInstanceId, memberId }) => groupInstanceId ?? memberId),
    );
  }
  for (const { store, change, changelog } of mismatches)
    log.warn({ store, topic: changelog }, `the store ${change}: discarding what it holds, it starts empty`);
  const existing = await client.admin.describeTopics(mismatches.map(({ changelog }) => changelog));
  await client.admin.deleteTopics([...existing.keys()]);
}
