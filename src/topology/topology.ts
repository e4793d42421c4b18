import type { Serde } from '../serde/serde.js';
import type { StoreDefinition } from '../state/store.js';
import type {
  BuiltTopology,
  OffsetReset,
  SourceNode,
  StreamPartitioner,
  TimestampExtractor,
  TopicNameExtractor,
} from './node.js';
import type { ArrivalOrder } from './arrival-order.js';
import type { NodeDraft, StoreDraft } from './topology-draft.js';
import type { ProcessorSupplier } from './processor.js';
import type { Sink } from './sink.js';
import { buildTopology } from './build-topology.js';
import { wrapSupplier, type ProcessorWrapper } from './processor-wrapper.js';
import { TopologyError } from './topology-error.js';

/** What a source reads: topics or a pattern, and how. */
export interface SourceOptions<K = unknown, V = unknown> {
  readonly topics?: string | readonly string[];
  /** Topics whose whole name matches, those that appear later included. */
  readonly pattern?: RegExp;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /** Default: the record's own timestamp; a negative one stops the task. */
  readonly timestampExtractor?: TimestampExtractor;
  /** Where to start without a committed offset. Default: the application's setting. */
  readonly offsetReset?: OffsetReset;
}

export interface ProcessorOptions {
  readonly parents: string | readonly string[];
  /** Stores added before, to connect to the node. */
  readonly stores?: readonly string[];
  /** The processor keeps the keys of records (`processValues`). Default false. */
  readonly fixedKey?: boolean;
  /** What its results have to do with the order in which records arrive. Default `processor`: whatever it does with it. */
  readonly arrival?: ArrivalOrder;
}

export interface SinkOptions<K = unknown, V = unknown> {
  readonly topic: string | TopicNameExtractor;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  readonly parents: string | readonly string[];
  readonly partitioner?: StreamPartitioner;
  /** Chooses the partition in place of `key`. */
  readonly partitionKey?: Serde<K>;
}

/** A destination outside of Kafka, and the topic whose records go there. */
export interface ConnectorOptions<K = unknown, V = unknown> extends Omit<SourceOptions<K, V>, 'topics' | 'pattern'> {
  readonly topic: string;
  readonly sink: Sink<K, V>;
}

/** A store that is filled from a topic by a processor of its own. */
export interface GlobalStoreOptions<K = unknown, V = unknown> extends Omit<SourceOptions<K, V>, 'topics' | 'pattern'> {
  /** A global store must have `logging: false`: the topic itself is the changelog. */
  readonly store: StoreDefinition;
  readonly topic: string;
  readonly sourceName: string;
  readonly processorName: string;
  /** Keeps the store up to date with the topic; forwards nothing. */
  readonly supplier: ProcessorSupplier<K, V>;
}

/**
 * A program of the Processor API: named sources, processors, sinks and stores, connected by the names of their parents.
 * A node is added after its parents. `build()` gives the program as frozen data.
 *
 *     const topology = new Topology()
 *       .addSource('orders', { topics: 'orders', key: string(), value: json<Order>() })
 *       .addProcessor('count', () => new CountOrders(), { parents: 'orders' })
 *       .addStateStore(keyValueStore({ name: 'counts', key: string(), value: long() }), 'count')
 */
export class Topology {
  readonly #wrapper: ProcessorWrapper | undefined;
  readonly #nodes = new Map<string, NodeDraft>();
  readonly #stores = new Map<string, StoreDraft>();
  readonly #globalStores = new Map<string, StoreDefinition>();
  readonly #repartitionTopics = new Map<string, number | undefined>();
  readonly #tickTopics = new Set<string>();
  readonly #copartitionedSources: string[][] = [];
  readonly #sourceChangelogs = new Map<string, string>();

  /** @param options.processorWrapper is put around every processor (KIP-1112). Default: none */
  constructor({ processorWrapper }: { readonly processorWrapper?: ProcessorWrapper } = {}) {
    this.#wrapper = processorWrapper;
  }

  /**
   * Adds a node that reads topics.
   * @throws TopologyError `NODE_NAME_TAKEN`, `NO_TOPIC`, `TOPIC_ALREADY_REGISTERED`
   */
  addSource<K, V>(name: string, options: SourceOptions<K, V>): this {
    this.#expectFreeName(name);
    this.#nodes.set(name, this.#source(name, options));
    return this;
  }

  /**
   * Adds a node that runs code. The supplier is called once per task, and must give a new processor each time; the stores
   * that it brings along are added and connected.
   * @throws TopologyError `NODE_NAME_TAKEN`, `NO_PARENT`, `UNKNOWN_PARENT`, `PARENT_IS_SINK`, `STORE_NOT_ADDED`, `STORE_NAME_TAKEN`
   */
  addProcessor<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
    options: ProcessorOptions,
  ): this {
    const parents = this.#expectParents(name, options.parents);
    const wrapped = wrapSupplier(this.#wrapper, name, supplier, options.fixedKey ?? false);
    const { arrival = 'processor' } = options;
    this.#nodes.set(name, { kind: 'processor', name, supplier: wrapped, arrival, parents, stores: new Set() });
    for (const store of wrapped.stores ?? []) this.addStateStore(store, name);
    for (const store of options.stores ?? []) this.#connect(name, store);
    return this;
  }

  /**
   * Adds a node that writes to a topic.
   * @throws TopologyError `NODE_NAME_TAKEN`, `NO_PARENT`, `UNKNOWN_PARENT`, `PARENT_IS_SINK`
   */
  addSink<K, V>(name: string, options: SinkOptions<K, V>): this {
    const parents = this.#expectParents(name, options.parents);
    this.#nodes.set(name, {
      kind: 'sink',
      name,
      topic: options.topic,
      keySerde: options.key,
      valueSerde: options.value,
      partitioner: options.partitioner,
      partitionKeySerde: options.partitionKey,
      parents,
    });
    return this;
  }

  /**
   * Writes a topic to a destination outside of Kafka, in a sub-topology of its own: source `<name>-source` and the connector.
   * No other source may read the topic.
   * @throws TopologyError `NODE_NAME_TAKEN`, `TOPIC_ALREADY_REGISTERED`
   */
  addConnector<K, V>(name: string, { topic, sink, ...reading }: ConnectorOptions<K, V>): this {
    this.#expectFreeName(name);
    const source = `${name}-source`;
    this.addSource(source, { ...reading, topics: topic });
    this.#nodes.set(name, { kind: 'connector', name, sink, parents: [source] });
    return this;
  }

  /**
   * Adds a store and connects it to nodes. The same definition may be added again, to connect it to more nodes.
   * @throws TopologyError `STORE_NAME_TAKEN`, `NODE_NOT_ADDED`, `STORE_NOT_CONNECTABLE`
   */
  addStateStore(definition: StoreDefinition, ...processors: readonly string[]): this {
    const known = this.#stores.get(definition.name);
    if ((known !== undefined && known.definition !== definition) || this.#hasGlobalStore(definition.name)) {
      throw storeNameTaken(definition.name);
    }
    if (known === undefined) {
      this.#stores.set(definition.name, { definition: Object.freeze(definition), users: [] });
    }
    for (const processor of processors) this.#connect(processor, definition.name);
    return this;
  }

  /**
   * Lets a node use stores that were added before.
   * @throws TopologyError `STORE_NOT_ADDED`, `NODE_NOT_ADDED`, `STORE_NOT_CONNECTABLE`
   */
  connectProcessorAndStateStores(processor: string, ...stores: readonly [string, ...string[]]): this {
    for (const store of stores) this.#connect(processor, store);
    return this;
  }

  /**
   * Adds a store that every instance fills from the whole topic. Any processor may read it without being connected to it.
   * @throws TopologyError `NODE_NAME_TAKEN`, `TOPIC_ALREADY_REGISTERED`, `STORE_NAME_TAKEN`, `GLOBAL_STORE_LOGGED`
   */
  addGlobalStore<K, V>(options: GlobalStoreOptions<K, V>): this {
    const { store, sourceName, processorName } = options;
    this.#expectFreeName(sourceName);
    this.#expectFreeName(processorName);
    if (sourceName === processorName) throw nodeNameTaken(processorName);
    if (this.#stores.has(store.name) || this.#hasGlobalStore(store.name)) throw storeNameTaken(store.name);
    if (store.logging !== false) {
      throw new TopologyError('GLOBAL_STORE_LOGGED', `Global store "${store.name}" has a changelog`, {
        hint: `Set logging: false; its topic "${options.topic}" is its changelog.`,
      });
    }
    this.#nodes.set(sourceName, this.#source(sourceName, { ...options, topics: options.topic }));
    this.#nodes.set(processorName, {
      kind: 'processor',
      name: processorName,
      supplier: wrapSupplier(this.#wrapper, processorName, options.supplier, false),
      arrival: 'any',
      parents: [sourceName],
      stores: new Set([store.name]),
    });
    this.#globalStores.set(sourceName, Object.freeze(store));
    return this;
  }

  /**
   * Adds a store that holds what one topic says of the task's partitions, kept up to date by a processor of its own, to which
   * no other may write: other processors are connected to it, and read it. The topic is its changelog, whatever the store's
   * `logging` says. Kafka Streams' `Topology.addReadOnlyStateStore` (KIP-813).
   * @throws TopologyError `NODE_NAME_TAKEN`, `TOPIC_ALREADY_REGISTERED`, `STORE_NAME_TAKEN`
   */
  addReadOnlyStateStore<K, V>(options: GlobalStoreOptions<K, V>): this {
    const { topic, sourceName, processorName, supplier, ...reading } = options;
    const store = options.store.logging === false ? { ...options.store, logging: { topicConfig: {} } } : options.store;
    return this.addSource(sourceName, { ...reading, topics: topic })
      .addProcessor(processorName, supplier, { parents: sourceName })
      .addStateStore(store, processorName)
      .useSourceAsChangelog(store.name, topic);
  }

  /** Makes a topic internal: it gets the application id as prefix, and is created and purged by the application. */
  addRepartitionTopic(topic: string, partitions: number | undefined): this {
    this.#repartitionTopics.set(topic, partitions);
    return this;
  }

  /** Makes a topic one of ticks: it gets the application id as prefix, and a partition per task that reads it. */
  addTickTopic(topic: string): this {
    this.#tickTopics.add(topic);
    return this.addRepartitionTopic(topic, undefined);
  }

  /** Requires the topics of these sources to have the same number of partitions. */
  copartitionSources(sources: Iterable<string>): this {
    this.#copartitionedSources.push([...sources]);
    return this;
  }

  /** Makes a source topic the changelog of the store that holds its content. */
  useSourceAsChangelog(store: string, topic: string): this {
    this.#sourceChangelogs.set(store, topic);
    return this;
  }

  /**
   * The program as frozen data. The builder may be added to, and built, again.
   * @throws TopologyError `COPARTITION_MISMATCH`
   */
  build(): BuiltTopology {
    return buildTopology({
      nodes: this.#nodes,
      stores: this.#stores,
      globalStores: this.#globalStores,
      repartitionTopics: this.#repartitionTopics,
      tickTopics: this.#tickTopics,
      copartitionedSources: this.#copartitionedSources,
      sourceChangelogs: this.#sourceChangelogs,
    });
  }

  #source<K, V>(name: string, options: SourceOptions<K, V>): Omit<SourceNode, 'children'> {
    const topics = typeof options.topics === 'string' ? [options.topics] : (options.topics ?? []);
    if (topics.length === 0 && options.pattern === undefined) {
      throw new TopologyError('NO_TOPIC', `Source "${name}" has no topic`, { hint: 'Give it topics, or a pattern.' });
    }
    for (const topic of topics) this.#expectFreeTopic(topic);
    const pattern = options.pattern && anchored(options.pattern);
    if (pattern !== undefined) this.#expectFreePattern(pattern);
    return {
      kind: 'source',
      name,
      topics: [...topics],
      pattern,
      patternText: options.pattern?.source,
      keySerde: options.key,
      valueSerde: options.value,
      timestampExtractor: options.timestampExtractor,
      offsetReset: options.offsetReset,
    };
  }

  #expectFreeName(name: string): void {
    if (this.#nodes.has(name)) throw nodeNameTaken(name);
  }

  #expectFreeTopic(topic: string): void {
    for (const node of this.#nodes.values()) {
      if (node.kind !== 'source') continue;
      if (node.topics.includes(topic))
        throw topicTaken(`Topic "${topic}" has already been registered by another source`);
      if (node.pattern?.test(topic)) {
        throw topicTaken(`Topic "${topic}" matches a pattern already registered by another source`);
      }
    }
  }

  #expectFreePattern(pattern: RegExp): void {
    for (const node of this.#nodes.values()) {
      const taken = node.kind === 'source' ? node.topics.find((topic) => pattern.test(topic)) : undefined;
      if (taken === undefined) continue;
      throw topicTaken(`Pattern "${pattern.source}" matches topic "${taken}", which is registered by another source`);
    }
  }

  #expectParents(name: string, given: string | readonly string[]): readonly string[] {
    this.#expectFreeName(name);
    const parents = typeof given === 'string' ? [given] : [...given];
    if (parents.length === 0) throw new TopologyError('NO_PARENT', `Node "${name}" has no parent`);
    for (const parent of parents) {
      const kind = this.#nodes.get(parent)?.kind;
      if (kind === 'sink' || kind === 'connector') {
        throw new TopologyError('PARENT_IS_SINK', `Sink "${parent}" cannot be the parent of "${name}"`);
      }
      if (kind !== undefined) continue;
      throw new TopologyError('UNKNOWN_PARENT', `Parent "${parent}" of node "${name}" is not added yet`, {
        hint: 'Add a node after its parents.',
      });
    }
    return parents;
  }

  #connect(processor: string, storeName: string): void {
    const store = this.#stores.get(storeName);
    if (store === undefined) throw this.#storeNotAdded(storeName);
    const node = this.#nodes.get(processor);
    if (node === undefined) throw new TopologyError('NODE_NOT_ADDED', `Processor "${processor}" is not added yet`);
    if (node.kind !== 'processor') {
      throw new TopologyError(
        'STORE_NOT_CONNECTABLE',
        `Store "${storeName}" cannot be connected to ${node.kind} "${processor}"`,
      );
    }
    node.stores.add(storeName);
    if (!store.users.includes(processor)) store.users.push(processor);
  }

  #storeNotAdded(name: string): TopologyError {
    if (this.#hasGlobalStore(name)) {
      return new TopologyError('STORE_NOT_CONNECTABLE', `Global store "${name}" is not connected to processors`, {
        hint: 'Every processor may read it as it is.',
      });
    }
    return new TopologyError('STORE_NOT_ADDED', `State store "${name}" is not added yet`, {
      hint: `Stores added so far: ${[...this.#stores.keys()].join(', ') || 'none'}.`,
    });
  }

  #hasGlobalStore(name: string): boolean {
    return [...this.#globalStores.values()].some((store) => store.name === name);
  }
}

/** The pattern as one that matches whole names, without flags that keep a position between calls. */
function anchored(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''));
}

function nodeNameTaken(name: string): TopologyError {
  return new TopologyError('NODE_NAME_TAKEN', `Processor "${name}" is already added`, {
    hint: 'Give each node its own name.',
  });
}

function storeNameTaken(name: string): TopologyError {
  return new TopologyError(
    'STORE_NAME_TAKEN',
    `A different state store has already been added with the name "${name}"`,
  );
}

function topicTaken(message: string): TopologyError {
  return new TopologyError('TOPIC_ALREADY_REGISTERED', message, {
    hint: 'Read a topic by one source, and use its stream as often as needed.',
  });
}
