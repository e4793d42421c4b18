import { partitionKey, type BrokerClient, type FetchedRecords, type Reader } from '../../broker/client/client.js';
import { OffsetOutOfRangeError } from '../../broker/client/errors.js';
import type { Isolation, TopicPartition } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { StateStore } from '../../state/store.js';
import type { BuiltTopology, GlobalStore } from '../../topology/node.js';
import type { Clock } from '../../util/time.js';
import type { ApplicationMetrics } from '../application-metrics.js';
import { Patience } from '../patience.js';
import { openRestorableState } from '../open-restorable-state.js';
import type { RestoredPartition, RestoreListener } from '../restore/restore-listener.js';
import type { StateDirectory } from '../state-directory.js';
import type { ErrorPolicies } from '../task/error-policy.js';
import { GlobalTask } from '../task/global-task.js';
import type { RecordCollector } from '../task/record-collector.js';
import { TaskContext } from '../task/task-context.js';
import { GlobalStoreTask } from './global-store-task.js';

const POLL_MS = 100;

export interface GlobalStoresOptions {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly client: Pick<BrokerClient, 'reader' | 'admin'>;
  readonly isolation: Isolation;
  readonly stateDirectory?: StateDirectory;
  readonly stateMemoryBytes: number;
  readonly errorPolicies?: ErrorPolicies;
  readonly collector: RecordCollector;
  readonly listener: Required<RestoreListener>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly applicationMetrics: ApplicationMetrics;
  readonly log: Logger;
  /** Nothing mends this error: the stores do not follow their topics any more. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * The global stores of an instance. Each is brought up to the end of its topic before tasks start, and follows the topic from
 * then on, beside the stream loop and with a reader of its own.
 */
export class GlobalStores {
  /** By name; filled by {@link start}. */
  readonly stores = new Map<string, StateStore>();
  readonly #options: GlobalStoresOptions;
  readonly #tasks: GlobalStoreTask[] = [];
  readonly #byPartition = new Map<string, GlobalStoreTask>();
  readonly #unwatch: (() => void)[] = [];
  #reader: Reader | undefined;
  readonly #ending = new AbortController();
  readonly #patience: Patience;
  #starting: Promise<void> = Promise.resolve();
  #following: Promise<void> = Promise.resolve();

  constructor(options: GlobalStoresOptions) {
    this.#options = options;
    this.#patience = new Patience(options.clock, options.log, this.#ending.signal);
  }

  /** Resolves when every store holds what its topic had at the call; rejects if one cannot be read or its policy says `fail`. */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /** Stops following and closes the stores, also while they still start. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#starting.catch(() => undefined); // told by `start`
    await this.#following;
    await this.#reader?.close();
    for (const remove of this.#unwatch.splice(0)) remove();
    for (const { task } of this.#tasks.splice(0)) {
      task.close();
      await task.state.close();
    }
    this.stores.clear();
  }

  async #start(): Promise<void> {
    const { topology, client, isolation, onFatal } = this.#options;
    if (topology.globalStores.length === 0) return;
    for (const global of topology.globalStores) await this.#open(global);
    this.#reader = client.reader({ isolation, channel: 'restore' });
    for (const task of this.#tasks) this.#seek(task);
    await this.#restore();
    this.#following = this.#follow(() => true).catch((error: unknown) => {
      if (!this.#ending.signal.aborted) onFatal(error);
    });
  }

  async #open(global: GlobalStore): Promise<void> {
    const { applicationId, client, isolation, log, applicationMetrics } = this.#options;
    const { store, source } = global;
    const taskId = `global-${store.name}`;
    const context = this.#context(taskId);
    const state = await this.#openState(global, taskId, context);
    const common = { ...this.#options, applicationId, log: log.child({ task: taskId }) };
    const giveUp = this.#ending.signal;
    const task = new GlobalTask({ ...common, globalStore: global, state, context, giveUp });
    const [topic = ''] = source.topics; // a global store reads one topic
    const opened = new GlobalStoreTask({
      task,
      store: store.name,
      topic,
      admin: client.admin,
      isolation,
      patience: this.#patience,
      log,
    });
    this.#tasks.push(opened);
    await opened.open();
    task.initialize();
    for (const [name, opening] of state.stores) this.stores.set(name, opening);
    this.#unwatch.push(applicationMetrics.watchGlobal(taskId, opened));
  }

  #context(taskId: string): TaskContext {
    const { applicationId, collector, metrics } = this.#options;
    return new TaskContext({ taskId, applicationId, partition: 0, subTopologies: [], collector, metrics });
  }

  async #openState({ store }: GlobalStore, taskId: string, context: TaskContext): Promise<GlobalTask['state']> {
    const { applicationId, stateDirectory, stateMemoryBytes, topology, log } = this.#options;
    const owner = { applicationId, taskId, stateDirectory, restorable: true, log };
    return openRestorableState(owner, {
      definitions: [store],
      context,
      cacheMaxBytes: 0,
      memoryBytes: Math.floor(stateMemoryBytes / topology.globalStores.length),
    });
  }

  #seek(task: GlobalStoreTask): void {
    for (const partition of task.partitions) {
      this.#byPartition.set(partitionKey(partition), task);
      this.#reader?.seek(partition, task.position(partition));
    }
  }

  async #restore(): Promise<void> {
    const { listener } = this.#options;
    const behind = this.#tasks.flatMap((task) => task.behind.map((partition) => ({ task, partition })));
    for (const { task, partition } of behind) {
      listener.onRestoreStart(described(task, partition), task.position(partition), task.endOf(partition));
    }
    const totals = new Map<string, number>();
    await this.#follow(
      () => this.#tasks.some(({ remaining }) => remaining > 0),
      (task, { topic, partition, nextOffset, records }) => {
        const key = partitionKey({ topic, partition });
        totals.set(key, (totals.get(key) ?? 0) + records.length);
        listener.onBatchRestored(described(task, { topic, partition }), nextOffset, records.length);
      },
    );
    for (const { task, partition } of behind) {
      listener.onRestoreEnd(described(task, partition), totals.get(partitionKey(partition)) ?? 0);
    }
  }

  /** Takes what comes while `goesOn`, asked before each poll. */
  async #follow(
    goesOn: () => boolean,
    onTaken?: (task: GlobalStoreTask, fetched: FetchedRecords) => void,
  ): Promise<void> {
    while (!this.#ending.signal.aborted && goesOn()) {
      try {
        const batches = (await this.#reader?.poll(POLL_MS)) ?? [];
        for (const fetched of batches) {
          const task = this.#byPartition.get(partitionKey(fetched));
          await task?.update(fetched);
          if (task !== undefined) onTaken?.(task, fetched);
        }
        if (batches.length > 0) await this.#options.clock.yieldToEventLoop();
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** Records were deleted before they were read: the store is rebuilt from what is there. */
  async #recover(error: unknown): Promise<void> {
    const lost = error instanceof OffsetOutOfRangeError ? this.#byPartition.get(partitionKey(error)) : undefined;
    if (lost === undefined) throw error;
    this.#options.log.warn({ err: error, store: lost.store }, 'the topic was cut: rebuilding the global store');
    await lost.rebuild();
    this.#seek(lost);
  }
}

function described({ store }: GlobalStoreTask, { topic, partition }: TopicPartition): RestoredPartition {
  return { taskId: `global-${store}`, store, topic, partition };
}
