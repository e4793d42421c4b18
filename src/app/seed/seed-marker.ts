import { createHash } from 'node:crypto';
import { partitionKey, type Admin } from '../../broker/client/client.js';
import type { OffsetToCommit } from '../../broker/client/protocol.js';

/** How far the seeding of a store came: committed as an offset of a group of its own, in the transactions that seed. */
export interface SeedMarker {
  /** Digest of the source's name. */
  readonly source: string;
  /** Of the changelog: of another topic of that name the marker tells nothing. */
  readonly topicId: string;
  /** Rows of the source that are in the changelog. */
  readonly rows: number;
  readonly done: boolean;
  /** The instance that seeds; undefined: the command line. */
  readonly by: string | undefined;
  /** Grows while the seeding waits for its source. */
  readonly beat: number;
}

/** The group, and the transactional id, of the seeding of a store. */
export function seedGroup(applicationId: string, store: string): string {
  return `${applicationId}-${store}-seed`;
}

export function digestOf(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 16);
}

/** Undefined: the changelog was never seeded. */
export async function readMarker(
  admin: Pick<Admin, 'committedOffsets'>,
  group: string,
  changelog: { readonly name: string; readonly topicId: string },
): Promise<SeedMarker | undefined> {
  const place = { topic: changelog.name, partition: 0 };
  const committed = await admin.committedOffsets(group, [place], { requireStable: true });
  const found = committed.get(partitionKey(place));
  if (found === undefined) return undefined;
  const marker = JSON.parse(found.metadata) as Omit<SeedMarker, 'rows'>; // written by `markerOffset`
  return marker.topicId === changelog.topicId ? { ...marker, rows: found.offset } : undefined;
}

export function markerOffset(topic: string, { rows, ...metadata }: SeedMarker): OffsetToCommit {
  return { topic, partition: 0, offset: rows, leaderEpoch: -1, metadata: JSON.stringify(metadata) };
}
