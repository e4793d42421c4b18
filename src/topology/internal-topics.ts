import type { StoreDefinition } from '../state/store.js';
import { NO_END } from '../serde/primitives.js';
import { changelogTopic, type InternalTopic, type SubTopology } from './node.js';

/** How long the changelog of a store is kept, as the topic config wants it. */
export function changelogRetention(retentionMs: number): string {
  const withExtra = retentionMs + CHANGELOG_EXTRA_RETENTION_MS;
  return withExtra >= NO_END ? LONG_MAX : String(withExtra);
}

/** Java's largest long, which no number is equal to. */
const LONG_MAX = '9223372036854775807';

/** A changelog of windows is kept a day longer than the windows, for clocks that differ (Kafka Streams' default). */
const CHANGELOG_EXTRA_RETENTION_MS = 86_400_000;

/** Repartition topics are purged behind the commit, which frees whole segments only: so small ones, never expired by time. */
const REPARTITION_CONFIGS = Object.freeze({
  'cleanup.policy': 'delete',
  'message.timestamp.type': 'CreateTime',
  'retention.ms': '-1',
  'segment.bytes': '52428800',
});

/** Ticks are of use as long as the inputs they go with: kept, as those, for what the broker keeps topics. */
const TICK_CONFIGS = Object.freeze({ 'cleanup.policy': 'delete', 'message.timestamp.type': 'CreateTime' });

/**
 * The topic in which an application keeps what its changelogs do not tell of its stores. It ends as a changelog does, so that
 * Kafka's tools take it for an internal topic; no store has this name.
 */
export function stateCatalogTopic(applicationId: string): string {
  return `${applicationId}-millrace-state-catalog-changelog`;
}

/** The repartition and changelog topics of an application, as Kafka Streams creates them. */
export function internalTopics(applicationId: string, subTopologies: readonly SubTopology[]): InternalTopic[] {
  return subTopologies.flatMap((subTopology) => [
    ...subTopology.repartitionTopics.map(({ name, partitions, ticks }) =>
      Object.freeze({
        name: `${applicationId}-${name}`,
        type: ticks ? ('ticks' as const) : ('repartition' as const),
        partitions,
        configs: ticks ? TICK_CONFIGS : REPARTITION_CONFIGS,
      }),
    ),
    ...subTopology.stores
      .filter((store) => store.logging !== false && !subTopology.sourceChangelogs.has(store.name))
      .map((store) =>
        Object.freeze({
          name: changelogTopic(applicationId, store.name),
          type: 'changelog' as const,
          partitions: undefined,
          configs: changelogConfigs(store),
        }),
      ),
  ]);
}

/** Topic configs of a changelog: those of its kind, then the program's own over them. */
function changelogConfigs(store: StoreDefinition): { [name: string]: string } {
  const own = store.logging === false ? {} : store.logging.topicConfig;
  return Object.freeze({ 'message.timestamp.type': 'CreateTime', ...cleanup(store), ...own });
}

function cleanup(store: StoreDefinition): { [name: string]: string } {
  switch (store.kind) {
    case 'keyValue':
      // A node that tells of what is gone must find all of it again after a restore.
      if (store.ttlMs === undefined || store.onExpiry === 'tombstone') return { 'cleanup.policy': 'compact' };
      return { 'cleanup.policy': 'compact,delete', 'retention.ms': changelogRetention(store.ttlMs) };
    case 'changeBuffer':
    case 'recordBuffer':
    case 'pendingBuffer':
      return { 'cleanup.policy': 'compact' };
    case 'versioned':
      return {
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': changelogRetention(store.historyRetentionMs),
      };
    case 'window':
    case 'session':
      return {
        'cleanup.policy': 'compact,delete',
        'retention.ms': changelogRetention(store.retentionMs),
      };
  }
}
