import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';
import type { FoundStore } from '../store-catalog.js';
import type { BufferBounds } from './change-buffer.js';
import { ChangeFeed } from './change-feed.js';
import type { ChangelogSource, FoundTopic } from './changelog-source.js';
import type { KeySelection } from './key-selection.js';
import { loggedPartition } from './logged-partition.js';
import { watchEnded } from './watch-errors.js';
import { WatchSubscription } from './watch-subscription.js';

/** What all watches of a process share. */
export interface WatchSurroundings {
  readonly source: ChangelogSource;
  readonly bounds: BufferBounds;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** All who watch one store now: each partition of its changelog is read once for them. */
export class StoreWatch {
  readonly #subscriptions = new Set<WatchSubscription>();
  readonly #feeds = new Map<number, ChangeFeed>();
  readonly #labels: { readonly application: string; readonly store: string };
  readonly #removeGauges: readonly (() => void)[];

  constructor(
    private readonly store: FoundStore,
    private readonly topic: FoundTopic,
    private readonly surroundings: WatchSurroundings,
  ) {
    const { application, definition } = store;
    this.#labels = { application: application.id, store: definition.name };
    const { metrics } = surroundings;
    this.#removeGauges = [
      metrics.gauge('millrace_watch_clients', this.#labels, () => this.#subscriptions.size),
      metrics.gauge('millrace_watch_buffer_bytes', this.#labels, () => this.#bufferedBytes),
    ];
  }

  /**
   * Follows every partition from these offsets on, until the subscription is closed.
   * @param ends where the partitions ended when the watch began
   */
  subscribe(
    { selection, raw }: { readonly selection: KeySelection; readonly raw: boolean },
    offsets: readonly number[],
    ends: readonly number[],
  ): WatchSubscription {
    const { bounds, clock, metrics } = this.surroundings;
    const stops: (() => void)[] = [];
    const subscription = new WatchSubscription({
      ...{ topicId: this.topic.topicId, offsets, selection, raw, bounds, clock },
      sent: metrics.counter('millrace_watch_changes_sent_total', this.#labels),
      overflows: metrics.counter('millrace_watch_overflows_total', this.#labels),
      leave: () => {
        for (const stop of stops.splice(0)) stop();
      },
    });
    this.#subscriptions.add(subscription);
    for (const [partition, offset] of offsets.entries())
      stops.push(this.#feed(partition).follow(subscription, offset, ends[partition] ?? 0));
    return subscription;
  }

  /** Ends a subscription. @returns whether nobody watches the store any more */
  unsubscribe(subscription: WatchSubscription): boolean {
    subscription.close();
    this.#subscriptions.delete(subscription);
    return this.#subscriptions.size === 0;
  }

  /** Who still watches is told to go on elsewhere. */
  close(): void {
    for (const remove of this.#removeGauges) remove();
    for (const subscription of this.#subscriptions) subscription.failed(watchEnded(this.#labels.store));
  }

  get #bufferedBytes(): number {
    let bytes = 0;
    for (const subscription of this.#subscriptions) bytes += subscription.bufferedBytes;
    return bytes;
  }

  #feed(partition: number): ChangeFeed {
    let feed = this.#feeds.get(partition);
    if (feed === undefined) {
      const { source, clock } = this.surroundings;
      feed = new ChangeFeed(loggedPartition(source, this.store.definition, this.topic, partition), clock);
      this.#feeds.set(partition, feed);
    }
    return feed;
  }
}
