import type { BrokerClient } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import type { StoreDefinition } from '../../state/store.js';
import type { StoreShape } from '../../state/store-shape.js';
import { changelogRetention } from '../../topology/internal-topics.js';
import { changelogTopic } from '../../topology/node.js';
import type { ShapeMismatch } from './state-mismatch.js';

/** The stores of an application, and what was known of them. */
export interface ChangelogConfigsOptions {
  readonly applicationId: string;
  readonly client: Pick<BrokerClient, 'admin'>;
  readonly log: Logger;
  readonly stores: Iterable<StoreDefinition>;
  readonly shapes: ReadonlyMap<string, StoreShape>;
  /** Of the broker. */
  readonly topics: readonly string[];
}

/**
 * Looks at changelogs that are of stores not known so far, or whose stores keep more than before: finds those that were made
 * for a store that keeps everything, and warns of those that keep too little. Asks nothing where nothing has changed.
 */
export async function checkChangelogConfigs(options: ChangelogConfigsOptions): Promise<readonly ShapeMismatch[]> {
  const { applicationId, client, shapes, topics } = options;
  const doubtful = [...options.stores].filter(expires).filter(({ name, retentionMs }) => {
    const known = shapes.get(name);
    const changed = known === undefined || (known.retentionMs ?? 0) < retentionMs;
    return changed && topics.includes(changelogTopic(applicationId, name));
  });
  if (doubtful.length === 0) return [];
  const names = doubtful.map(({ name }) => changelogTopic(applicationId, name));
  const configs = await client.admin.describeTopicConfigs(names);
  return doubtful.flatMap((store): ShapeMismatch[] => {
    const changelog = changelogTopic(applicationId, store.name);
    const found = configs.get(changelog);
    if (found === undefined || ownPolicy(store) !== undefined) return [];
    if (found['cleanup.policy'] === 'compact') {
      const change = `was of a kind that forgets nothing (its changelog has cleanup.policy compact), and is of kind ${store.kind}`;
      return [{ store: store.name, changelog, change }];
    }
    warnOfRetention(store, changelog, found['retention.ms'], options.log);
    return [];
  });
}

type ExpiringStore = Extract<StoreDefinition, { readonly kind: 'window' | 'session' }>;

function expires(store: StoreDefinition): store is ExpiringStore {
  return store.kind === 'window' || store.kind === 'session';
}

/** A cleanup policy that the program itself gives the changelog. */
function ownPolicy({ logging }: StoreDefinition): string | undefined {
  return logging === false ? undefined : logging.topicConfig['cleanup.policy'];
}

function warnOfRetention(store: ExpiringStore, changelog: string, given: string | null | undefined, log: Logger): void {
  const needed = changelogRetention(store.retentionMs);
  if (given == null || given === '-1' || BigInt(given) >= BigInt(needed)) return;
  const facts = { store: store.name, topic: changelog, retentionMs: given, neededMs: needed };
  log.warn(facts, 'the store keeps more than its changelog, which a restore would miss: raise its retention.ms');
}
