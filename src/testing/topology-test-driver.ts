import { partitionForKey } from '../broker/client/partitioner.js';
import { silentLogger, type Logger } from '../observability/log.js';
import { noMetrics, type Metrics } from '../observability/metrics.js';
import type { ErrorPolicies } from '../runtime/task/error-policy.js';
import { GlobalTask } from '../runtime/task/global-task.js';
import { TaskContext } from '../runtime/task/task-context.js';
import { prepareSerdes, prepareTopicSerdes } from '../runtime/prepare-serdes.js';
import { MemoryRegistry } from '../serde/registry/memory-registry.js';
import { SchemaCache } from '../serde/registry/schema-cache.js';
import type { SchemaRegistry } from '../serde/registry/schema-registry.js';
import { WakeSignal } from '../runtime/wake-signal.js';
import { openTaskState } from '../state/open-task-state.js';
import type { ChangelogPosition, StateStore, StoreDefinition } from '../state/store.js';
import type { TaskState } from '../state/task-state.js';
import type { BuiltTopology, GlobalStore, SubTopology } from '../topology/node.js';
import { invalid, type MillraceError } from '../util/errors.js';
import { NO_HEADERS } from '../util/headers.js';
import { seededRandom } from '../util/random.js';
import { systemClock, toMillis, type Duration } from '../util/time.js';
import { CapturedTopics } from './captured-topics.js';
import { DriverClock } from './driver-clock.js';
import { planSingleTask, planTasks, type DriverPlan, type PlannedTask } from './driver-plan.js';
import { DriverTask } from './driver-task.js';
import { InputTopic, type InputTopicOptions, type PipeBytes, type PipeOptions } from './input-topic.js';
import { OutputTopic, type OutputTopicOptions } from './output-topic.js';
import { fetchedRecord, type RawRecord } from './raw-record.js';
import { SinkCapture } from './sink-capture.js';

export interface TopologyTestDriverOptions {
  /** Prefix of internal topics. Default `app`. */
  readonly applicationId?: string;
  /** 0 turns the record caches off. Default 10 MiB. Caches are flushed after every record all the same. */
  readonly cacheMaxBytes?: number;
  /**
   * Left out: one partition per topic and one task `0_0` for all sub-topologies, as in Kafka Streams' TopologyTestDriver.
   * Given: that many partitions per topic, and one task per sub-topology and partition, as in production.
   */
  readonly partitions?: number;
  /** What happens to records that fail. Default: the call that made them rejects. */
  readonly errorPolicies?: ErrorPolicies;
  /** Where the wall clock starts, milliseconds. Default 0. */
  readonly wallClockMs?: number;
  /** What serdes with a schema registry use. Default: one in memory, which all drivers of the process share. */
  readonly schemaRegistry?: SchemaRegistry;
  readonly log?: Logger;
  readonly metrics?: Metrics;
}

/** Serdes are mostly shared by the topologies of a process, and so are the ids of their schemas. */
const sharedSchemas = new SchemaCache(new MemoryRegistry(), {
  clock: systemClock,
  log: silentLogger,
  metrics: noMetrics,
});

/**
 * Runs a topology in memory, without a broker, one record at a time: each call resolves when all that follows from it
 * is done. The tasks, processors and stores are those that run in production. After each record the driver commits,
 * so record caches merge only what one record changed. Both throttles of emission are off.
 *
 *     const driver = await TopologyTestDriver.start(builder.build())
 *     const sales = driver.createInputTopic('sales', { key: string(), value: json<Sale>() })
 *     await sales.pipe('s1', { amount: 5 }, { timestamp: 0 })
 *     driver.createOutputTopic('totals', { key: string(), value: long() }).readKeyValues() // [['s1', 5]]
 *
 * A call that rejected leaves the driver to be closed.
 */
export class TopologyTestDriver implements AsyncDisposable {
  readonly #topology: BuiltTopology;
  readonly #applicationId: string;
  readonly #options: TopologyTestDriverOptions;
  readonly #clock: DriverClock;
  readonly #plan: DriverPlan;
  readonly #topics: CapturedTopics;
  readonly #sinks: SinkCapture;
  readonly #schemas: SchemaCache;
  readonly #tasks: DriverTask[] = [];
  /** Told when a task has an event to take. */
  readonly #events: WakeSignal;
  readonly #globals: { readonly topic: string; readonly task: GlobalTask }[] = [];
  readonly #globalStores = new Map<string, StateStore>();
  /** The call that is under way, so that calls that were not awaited still run one after the other. */
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(topology: BuiltTopology, options: TopologyTestDriverOptions) {
    this.#topology = topology;
    this.#options = options;
    this.#applicationId = options.applicationId ?? 'app';
    this.#clock = new DriverClock(options.wallClockMs ?? 0);
    this.#events = new WakeSignal(this.#clock);
    this.#plan =
      options.partitions === undefined
        ? planSingleTask(topology, this.#applicationId)
        : planTasks(topology, this.#applicationId, options.partitions);
    const { schemaRegistry, log = silentLogger, metrics = noMetrics } = options;
    this.#schemas =
      schemaRegistry === undefined
        ? sharedSchemas
        : new SchemaCache(schemaRegistry, { clock: systemClock, log, metrics });
    this.#topics = new CapturedTopics((topic) => this.#plan.partitionsOf(topic));
    this.#sinks = new SinkCapture(topology, this.#applicationId);
  }

  /** Starts the tasks of a topology with empty stores. */
  static async start(topology: BuiltTopology, options: TopologyTestDriverOptions = {}): Promise<TopologyTestDriver> {
    const driver = new TopologyTestDriver(topology, options);
    await prepareSerdes({ applicationId: driver.#applicationId, topology, schemas: driver.#schemas });
    for (const global of topology.globalStores) await driver.#startGlobal(global);
    for (const planned of driver.#plan.tasks) await driver.#startTask(planned);
    return driver;
  }

  /** A typed way to write to a topic that the topology reads. */
  createInputTopic<K, V>(name: string, options: InputTopicOptions<K, V>): InputTopic<K, V> {
    const pipe: PipeBytes = (key, value, more) => this.pipe(name, key, value, more);
    const prepare = (): Promise<void> => prepareTopicSerdes(options, { topic: name, access: 'write' }, this.#schemas);
    return new InputTopic(pipe, options, this.#clock.nowMs(), prepare);
  }

  /** A typed way to read what the topology writes to a topic. */
  createOutputTopic<K, V>(name: string, options: OutputTopicOptions<K, V>): OutputTopic<K, V> {
    const place = { topic: name, access: 'read' as const, schemas: this.#schemas };
    for (const part of ['key', 'value'] as const) {
      options[part].prepare?.({ ...place, part }).catch(() => undefined); // reading tells
    }
    return new OutputTopic(() => this.#topics.records(name), options);
  }

  /**
   * What a sink of the topology is given, instead of its destination, to which nothing goes. The caller names the types.
   * @throws MillraceError `SINK_NOT_FOUND`
   */
  sink<K, V>(name: string): OutputTopic<K, V> {
    return this.#sinks.output(name);
  }

  /**
   * Writes one record as bytes and resolves when all that follows from it is done and committed.
   * @throws MillraceError `TOPIC_NOT_READ` when the topology does not read the topic, or it has no such partition
   * @throws ProcessingFailedError when a node failed
   */
  pipe(topic: string, key: Buffer | null, value: Buffer | null, options: PipeOptions = {}): Promise<void> {
    return this.#exclusively(async () => {
      const partition = options.partition ?? this.#partitionOf(topic, key);
      const { timestamp = this.#clock.nowMs(), headers = NO_HEADERS } = options;
      const offset = this.#topics.takeOffset(topic, partition);
      const record = { topic, partition, offset, key, value, timestamp, headers };
      const readByTasks = this.#enqueue(record);
      if (readByTasks) await this.#complete();
      const readByGlobals = await this.#updateGlobals(record);
      if (!readByTasks && !readByGlobals) throw this.#notRead(topic, partition);
    });
  }

  /** Moves the wall clock, runs each wall-clock punctuator that is due once, and commits. */
  advanceWallClock(by: Duration): Promise<void> {
    return this.#exclusively(async () => {
      this.#clock.advance(toMillis(by));
      for (const task of this.#tasks) await task.punctuateWallClock();
      await this.#publish();
      await this.#complete();
    });
  }

  /**
   * Resolves when no asynchronous call (`mapAsync`) is under way any more, and all that follows from their results is done and
   * committed. The wall clock stands still meanwhile: what waits for a time, a retry or a time-out, goes on with
   * `advanceWallClock`; a call that does not end by itself has to be timed out first.
   */
  completeAsync(): Promise<void> {
    return this.#exclusively(async () => {
      await this.#complete();
      while (this.#tasks.some(({ task }) => task.inFlight > 0)) {
        await this.#events.wait(Infinity);
        await this.#complete();
      }
    });
  }

  /** The wall clock, milliseconds. */
  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /**
   * A store, to look into. With several partitions each has its own.
   * @throws MillraceError `STORE_NOT_FOUND`
   */
  store<S extends StateStore>(name: string, partition = 0): S {
    const task = this.#tasks.find(
      ({ task: { id, state } }) => id.endsWith(`_${String(partition)}`) && state.stores.has(name),
    );
    const store = task?.task.state.stores.get(name) ?? this.#globalStores.get(name);
    if (store !== undefined) return store as S; // the caller names the type of the store that it declared
    throw invalid('STORE_NOT_FOUND', `store "${name}" has no partition ${String(partition)} in the topology`, {
      hint: `Stores are: ${this.storeNames().join(', ') || 'none'}.`,
    });
  }

  /** Names of all stores, global ones last. */
  storeNames(): string[] {
    const names = this.#topology.subTopologies.flatMap(({ stores }) => stores.map(({ name }) => name));
    return [...new Set([...names, ...this.#globalStores.keys()])];
  }

  /** Names of the topics that were written to, internal ones included, in the order of their first record. */
  topics(): string[] {
    return this.#topics.names();
  }

  /** All records that were written to a topic, as bytes; changelogs and repartition topics by their full names. */
  records(topic: string): readonly RawRecord[] {
    return this.#topics.records(topic);
  }

  /** Closes the processors and stores. */
  close(): Promise<void> {
    return this.#exclusively(async () => {
      for (const task of this.#tasks.splice(0)) await task.close();
      for (const { task } of this.#globals.splice(0)) {
        task.close();
        await task.state.close();
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #startTask(planned: PlannedTask): Promise<void> {
    const { id, inputs, partition, subTopologies } = planned;
    const context = this.#context(id, partition, subTopologies);
    const definitions = subTopologies.flatMap(({ stores }) => stores);
    const cacheMaxBytes = this.#options.cacheMaxBytes ?? 10_485_760;
    const options = {
      id,
      applicationId: this.#applicationId,
      topology: this.#topology,
      subTopologies,
      partitions: inputs,
      context,
      state: await this.#openState(definitions, context, cacheMaxBytes),
      cacheMaxBytes,
      globalStores: this.#globalStores,
      collector: this.#topics,
      committed: new Map(),
      errorPolicies: this.#options.errorPolicies,
      maxTaskIdleMs: -1,
      emitIntervalMs: 0,
      random: seededRandom(0),
      wake: () => {
        this.#events.wake();
      },
      clock: this.#clock,
      metrics: this.#options.metrics ?? noMetrics,
      log: this.#options.log ?? silentLogger,
    };
    const task = new DriverTask(options, planned);
    this.#tasks.push(task);
    task.task.initialize();
  }

  async #startGlobal(globalStore: GlobalStore): Promise<void> {
    const { store } = globalStore;
    const context = this.#context(`global-${store.name}`, 0, []);
    const task = new GlobalTask({
      applicationId: this.#applicationId,
      globalStore,
      state: await this.#openState([store], context, 0),
      context,
      errorPolicies: this.#options.errorPolicies,
      clock: this.#clock,
      log: this.#options.log ?? silentLogger,
    });
    for (const topic of globalStore.source.topics) this.#globals.push({ topic, task });
    for (const [name, opened] of task.state.stores) this.#globalStores.set(name, opened);
    task.initialize();
  }

  #context(taskId: string, partition: number, subTopologies: readonly SubTopology[]): TaskContext {
    const metrics = this.#options.metrics ?? noMetrics;
    const applicationId = this.#applicationId;
    return new TaskContext({ taskId, applicationId, partition, subTopologies, collector: this.#topics, metrics });
  }

  #openState(definitions: readonly StoreDefinition[], context: TaskContext, cacheMaxBytes: number): Promise<TaskState> {
    return openTaskState({ directory: undefined, definitions, context, cacheMaxBytes });
  }

  /** Processes until no queue holds a record: one record of each task in turn. */
  async #complete(): Promise<void> {
    for (let progressed = true; progressed;) {
      progressed = false;
      for (const task of this.#tasks) {
        if (!(await task.step())) continue;
        progressed = true;
        await this.#publish();
      }
    }
  }

  /** Puts what tasks wrote in the topics, and in the queues of the tasks that read them. */
  async #publish(): Promise<void> {
    for (const record of this.#topics.publish()) {
      this.#enqueue(record);
      await this.#updateGlobals(record);
    }
  }

  #enqueue(record: RawRecord): boolean {
    const captured = this.#sinks.tryTake(record);
    return this.#tasks.filter((task) => task.tryEnqueue(record)).length > 0 || captured;
  }

  async #updateGlobals(record: RawRecord): Promise<boolean> {
    const readers = this.#globals.filter(({ topic }) => topic === record.topic);
    for (const { task } of readers) {
      await task.update(fetchedRecord(record));
      task.state.freeze();
      await task.state.apply({ changelogs: new Map<string, ChangelogPosition>(), inputs: task.positions });
    }
    return readers.length > 0;
  }

  #partitionOf(topic: string, key: Buffer | null): number {
    return key === null ? 0 : partitionForKey(key, this.#plan.partitionsOf(topic));
  }

  #notRead(topic: string, partition: number): MillraceError {
    const topics = [...this.#plan.tasks.flatMap(({ inputs }) => inputs), ...this.#globals].map((input) => input.topic);
    return invalid('TOPIC_NOT_READ', `the topology does not read partition ${String(partition)} of topic "${topic}"`, {
      hint: `It reads: ${[...new Set(topics)].join(', ') || 'nothing'}.`,
    });
  }

  /** Runs `call` after the calls before it. */
  #exclusively<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(call);
    this.#busy = result.catch(() => undefined);
    return result;
  }
}
