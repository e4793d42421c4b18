import type { TopicPartition } from '../broker/client/protocol.js';
import { partitionKey } from '../broker/client/client.js';
import type { Counter, Histogram, Labels, Metrics } from '../observability/metrics.js';
import type { GlobalStoreTask } from './global/global-store-task.js';
import type { RestoredPartition } from './restore/restore-listener.js';
import type { OwnedTask } from './owned-task.js';
import type { StandbyTask } from './standby-task.js';

/** Why a commit did not go through. */
export type CommitFailure = 'aborted' | 'fenced' | 'outcome-unknown';

/** What a running application counts beside what its tasks count. */
export class ApplicationMetrics {
  readonly commits: Counter;
  readonly commitLatency: Histogram;
  readonly fenced: Counter;
  readonly rebalances: Counter;
  readonly rebalanceLatency: Histogram;
  readonly polls: Counter;
  readonly polledRecords: Counter;
  readonly #labels: Labels;
  readonly #created: Counter;
  readonly #closed: Counter;

  constructor(
    private readonly metrics: Metrics,
    application: string,
  ) {
    this.#labels = { application };
    this.commits = metrics.counter('millrace_commit_total', this.#labels);
    this.commitLatency = metrics.histogram('millrace_commit_latency_seconds', this.#labels);
    this.fenced = metrics.counter('millrace_fenced_total', this.#labels);
    this.rebalances = metrics.counter('millrace_rebalance_total', this.#labels);
    this.rebalanceLatency = metrics.histogram('millrace_rebalance_latency_seconds', this.#labels);
    this.polls = metrics.counter('millrace_poll_total', this.#labels);
    this.polledRecords = metrics.counter('millrace_poll_records_total', this.#labels);
    this.#created = metrics.counter('millrace_task_created_total', this.#labels);
    this.#closed = metrics.counter('millrace_task_closed_total', this.#labels);
  }

  commitFailed(reason: CommitFailure): void {
    this.metrics.counter('millrace_commit_failures_total', { ...this.#labels, reason }).value++;
  }

  /** @param standby counted as a standby's */
  restoredRecords({ taskId, store }: RestoredPartition, standby: boolean): Counter {
    const labels = { ...this.#labels, task: taskId, store };
    return standby
      ? this.metrics.counter('millrace_standby_records_total', labels)
      : this.metrics.counter('millrace_restore_records_total', labels);
  }

  /** @param standby counted as a standby's */
  restoredBytes({ taskId, store }: RestoredPartition, standby: boolean): Counter {
    const labels = { ...this.#labels, task: taskId, store };
    return standby
      ? this.metrics.counter('millrace_standby_bytes_total', labels)
      : this.metrics.counter('millrace_restore_bytes_total', labels);
  }

  restoreLatency(taskId: string): Histogram {
    return this.metrics.histogram('millrace_restore_latency_seconds', { ...this.#labels, task: taskId });
  }

  /** Shows a task until the returned function is called. */
  watch(owned: OwnedTask): () => void {
    this.#created.value++;
    const labels = { ...this.#labels, task: owned.id };
    const gauges = [
      this.metrics.gauge('millrace_state_overlay_bytes', labels, () => owned.state?.overlayBytes ?? 0),
      ...owned.inputs.map((input) => this.#lag(owned, input)),
      ...owned.plan.subTopology.stores.flatMap(({ name }) => {
        const ofStore = { ...labels, store: name };
        return [
          this.metrics.gauge('millrace_store_entries', ofStore, () => entriesOf(owned, name)),
          this.metrics.gauge('millrace_restore_remaining_records', ofStore, () => remainingOf(owned, name)),
        ];
      }),
    ];
    return () => {
      this.#closed.value++;
      for (const remove of gauges) remove();
    };
  }

  /** Shows how far each store of a standby is behind until the returned function is called. */
  watchStandby({ id, changelogs }: Pick<StandbyTask, 'id' | 'changelogs'>): () => void {
    const gauges = changelogs.map((changelog) => {
      const labels = { ...this.#labels, task: id, store: changelog.store };
      return this.metrics.gauge('millrace_standby_lag_records', labels, () =>
        Math.max(0, changelog.endOffset - changelog.offset),
      );
    });
    return () => {
      for (const remove of gauges) remove();
    };
  }

  /** Shows a global store until the returned function is called. */
  watchGlobal(taskId: string, global: GlobalStoreTask): () => void {
    const ofStore = { ...this.#labels, task: taskId, store: global.store };
    const gauges = [
      this.metrics.gauge('millrace_store_entries', ofStore, () => entriesOf(global.task, global.store)),
      this.metrics.gauge('millrace_restore_remaining_records', ofStore, () => global.remaining),
      ...global.partitions.map(({ topic, partition }) => {
        const labels = { ...this.#labels, topic, partition: String(partition) };
        return this.metrics.gauge('millrace_consumer_lag_records', labels, () => global.lagOf({ topic, partition }));
      }),
    ];
    return () => {
      for (const remove of gauges) remove();
    };
  }

  #lag(owned: OwnedTask, input: TopicPartition): () => void {
    const labels = { ...this.#labels, topic: input.topic, partition: String(input.partition) };
    return this.metrics.gauge('millrace_consumer_lag_records', labels, () => owned.lagOf(partitionKey(input)));
  }
}

function entriesOf(owned: Pick<OwnedTask, 'state'>, name: string): number {
  const store = owned.state?.stores.get(name);
  if (store === undefined || !('approximateEntries' in store)) return 0;
  const { approximateEntries } = store;
  return typeof approximateEntries === 'function' ? Number(approximateEntries.call(store)) : 0;
}

function remainingOf(owned: OwnedTask, name: string): number {
  const changelog = owned.changelogs.find(({ store }) => store === name);
  return changelog === undefined ? 0 : Math.max(0, changelog.endOffset - changelog.offset);
}
