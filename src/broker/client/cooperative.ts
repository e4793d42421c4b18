import { type MemberAssignment, partitionKey } from './client.js';
import type { Subscription } from './consumer-protocol.js';
import type { TopicPartition } from './protocol.js';

/**
 * Makes an assignment cooperative (KIP-429): a partition that another member still owns is left out, so that nobody has
 * it until its owner, who sees that it is assigned it no longer, gave it up and the group has joined again. Of several
 * who claim one partition only those of the newest generation own it: an older claim is that of a member that was
 * expelled.
 */
export function withholdOwned(
  subscriptions: ReadonlyMap<string, Subscription>,
  wanted: ReadonlyMap<string, MemberAssignment>,
): Map<string, MemberAssignment> {
  const owners = ownersOf(subscriptions);
  const free = (memberId: string, partition: TopicPartition): boolean => {
    const holding = owners.get(partitionKey(partition))?.members;
    return holding === undefined || holding.every((owner) => owner === memberId);
  };
  return new Map(
    [...wanted].map(([memberId, { partitions, userData }]) => [
      memberId,
      { partitions: partitions.filter((partition) => free(memberId, partition)), userData },
    ]),
  );
}

interface Claim {
  readonly generationId: number;
  readonly members: readonly string[];
}

function ownersOf(subscriptions: ReadonlyMap<string, Subscription>): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  for (const [memberId, { ownedPartitions, generationId }] of subscriptions) {
    for (const partition of ownedPartitions) {
      const key = partitionKey(partition);
      const known = claims.get(key);
      if (known === undefined || generationId > known.generationId)
        claims.set(key, { generationId, members: [memberId] });
      else if (generationId === known.generationId)
        claims.set(key, { generationId, members: [...known.members, memberId] });
    }
  }
  return claims;
}
