import { type OffsetMap, partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { askLeaders } from './leader-requests.js';
import type { Isolation, TopicPartition } from './protocol.js';

/** Fills `Admin.listOffsets`: a time after the last record (no offset in the answer) gives the end of the log. */
export async function listOffsets(
  context: ClientContext,
  view: ClusterView,
  partitions: readonly TopicPartition[],
  at: number | 'earliest' | 'latest',
  isolation: Isolation,
): Promise<OffsetMap> {
  const answers = await askLeaders(context, view, 'Listing offsets', 'ListOffsets', partitions, async (node, asked) => {
    const message = {
      isolation,
      partitions: asked.map(({ topic, partition }) => ({ topic, partition, timestamp: at })),
    };
    return (await view.request(node, 'admin', 'ListOffsets', message)).partitions;
  });
  const offsets: OffsetMap = new Map();
  const tooYoung: TopicPartition[] = [];
  for (const answer of answers) {
    if (answer.offset < 0) tooYoung.push(answer);
    else offsets.set(partitionKey(answer), answer.offset);
  }
  if (tooYoung.length > 0 && at !== 'latest') {
    const ends = await listOffsets(context, view, tooYoung, 'latest', isolation);
    for (const [key, offset] of ends) offsets.set(key, offset);
  }
  return offsets;
}
