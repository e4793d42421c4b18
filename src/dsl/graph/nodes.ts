import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import type { OffsetReset, StreamPartitioner, TimestampExtractor, TopicNameExtractor } from '../../topology/node.js';
import type { ArrivalOrder } from '../../topology/arrival-order.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import type { Topology } from '../../topology/topology.js';
import type { RepartitionNames } from '../../topology/naming.js';
import { isWindowedSerde } from '../../serde/windowed.js';
import { FilterProcessor } from '../../processor/stateless/filter.js';
import { failOnInvalidTimestamp } from '../../topology/timestamp-extractors.js';
import { tellsExpiry } from '../table/expiring-table.js';
import { GraphNode, type GraphWriting, type NodeTraits } from './graph-node.js';
import { tickedSupplier, type TickTopic } from './tick-topic.js';
import { windowedPartitionKey } from './windowed-partition-key.js';

/** How a source reads its topics. */
export interface Reading {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly timestampExtractor: TimestampExtractor | undefined;
  readonly offsetReset: OffsetReset | undefined;
}

/** Code of a step, asked for when the topology is written: what a table must do is known only then. */
export interface Operator {
  supplier(): ProcessorSupplier;
  /** The processor keeps the keys of records. */
  readonly fixedKey?: boolean;
  /** Default `any`. */
  readonly arrival?: ArrivalOrder;
  /** Stores to add and connect. */
  stores?(): readonly StoreDefinition[];
  /** Names of stores that were added by others, to connect. */
  connects?(): readonly string[];
}

/** Above all sources. */
export class RootNode extends GraphNode {
  constructor() {
    super('root');
  }

  writeTo(): void {
    // The root stands for the whole program; it is no node of the topology.
  }
}

/** Reads topics as a stream. */
export class StreamSourceNode extends GraphNode {
  constructor(
    name: string,
    readonly topics: readonly string[],
    readonly pattern: RegExp | undefined,
    readonly reading: Reading,
  ) {
    super(name);
  }

  writeTo(topology: Topology): void {
    topology.addSource(this.name, { topics: this.topics, pattern: this.pattern, ...sourceOptions(this.reading) });
  }
}

/** Reads a topic as a table: a source and the node that keeps the table's values. */
export class TableSourceNode extends GraphNode {
  /** The topic is the changelog of the store: there is no other. */
  reusesTopic = false;

  constructor(
    name: string,
    readonly sourceName: string,
    readonly topic: string,
    readonly reading: Reading,
    readonly operator: Operator,
  ) {
    super(name);
  }

  writeTo(topology: Topology): void {
    topology.addSource(this.sourceName, { topics: this.topic, ...sourceOptions(this.reading) });
    const { arrival = 'any' } = this.operator;
    topology.addProcessor(this.name, this.operator.supplier(), { parents: this.sourceName, arrival });
    const stores = this.operator.stores?.() ?? [];
    // Rows that the node deletes by itself are not deleted in the topic.
    const reusesTopic = this.reusesTopic && !stores.some(tellsExpiry);
    for (const store of stores) {
      topology.addStateStore(store, this.name);
      if (reusesTopic && store.logging !== false) topology.useSourceAsChangelog(store.name, this.topic);
    }
  }
}

/** Runs code. */
export class OperatorNode extends GraphNode {
  readonly #ticksRead = new Set<TickTopic>();

  constructor(
    name: string,
    readonly operator: Operator,
    traits: NodeTraits = {},
    /** Where the operator's own ticks go, if it closes windows by a clock. */
    readonly ownTicks?: TickTopic,
  ) {
    super(name, traits);
    if (ownTicks !== undefined) this.readTicks(ownTicks);
  }

  /** Lets an operator that closes windows do so by these ticks. */
  readTicks(ticks: TickTopic): void {
    this.#ticksRead.add(ticks);
  }

  writeTo(topology: Topology): void {
    for (const ticks of this.#ticksRead) ticks.writeSource(topology);
    const tickSources = [...this.#ticksRead].map(({ source }) => source);
    const { ownTicks, operator } = this;
    const supplier =
      tickSources.length === 0 ? operator.supplier() : tickedSupplier(operator.supplier(), ownTicks?.ticking);
    const parents = [...this.parentNames(), ...tickSources];
    const { fixedKey, arrival = 'any' } = operator;
    topology.addProcessor(this.name, supplier, {
      parents,
      fixedKey,
      arrival: ownTicks === undefined ? arrival : 'clock',
    });
    ownTicks?.writeSink(topology, this.name);
    for (const store of this.operator.connects?.() ?? []) topology.connectProcessorAndStateStores(this.name, store);
    for (const store of this.operator.stores?.() ?? []) topology.addStateStore(store, this.name);
  }
}

/** Sends records through a topic, so that those of one key meet in one task. */
export class RepartitionNode extends GraphNode {
  constructor(
    readonly names: RepartitionNames,
    readonly keySerde: Serde<unknown>,
    readonly valueSerde: Serde<unknown>,
    /** Asked for with `repartition()`, rather than needed by what follows: optimisation leaves it alone. */
    readonly explicit: { readonly partitions?: number; readonly partitioner?: StreamPartitioner } | undefined,
  ) {
    super(names.source);
  }

  writeTo(topology: Topology, writing: GraphWriting): void {
    const { topic, filter, sink, source } = this.names;
    const keepsNullKeys = writing.keepsNullKeys(this);
    const serdes = { key: this.keySerde, value: this.valueSerde };
    topology
      .addRepartitionTopic(topic, this.explicit?.partitions)
      .addProcessor(filter, () => new FilterProcessor((_, key) => keepsNullKeys || key !== null), {
        parents: this.parentNames(),
        arrival: 'any',
      })
      .addSink(sink, { topic, ...serdes, ...partitioning(this.keySerde, this.explicit?.partitioner), parents: filter })
      .addSource(source, { topics: topic, ...serdes, timestampExtractor: failOnInvalidTimestamp });
  }
}

/** Sends the changes of a table through a topic, to be aggregated by another key; or what a foreign-key join exchanges. */
export class TableRepartitionNode extends GraphNode {
  constructor(
    readonly names: { readonly topic: string; readonly sink: string; readonly source: string },
    readonly keySerde: Serde<unknown>,
    readonly changeSerde: Serde<unknown>,
    readonly partitioner?: StreamPartitioner,
  ) {
    super(names.source);
  }

  writeTo(topology: Topology): void {
    const { topic, sink, source } = this.names;
    const serdes = { key: this.keySerde, value: this.changeSerde };
    topology
      .addRepartitionTopic(topic, undefined)
      .addSink(sink, {
        topic,
        ...serdes,
        ...partitioning(this.keySerde, this.partitioner),
        parents: this.parentNames(),
      })
      .addSource(source, { topics: topic, ...serdes, timestampExtractor: failOnInvalidTimestamp });
  }
}

/** Writes a stream to a topic. */
export class SinkNode extends GraphNode {
  constructor(
    name: string,
    readonly topic: string | TopicNameExtractor,
    readonly keySerde: Serde<unknown>,
    readonly valueSerde: Serde<unknown>,
    readonly partitioner: StreamPartitioner | undefined,
  ) {
    super(name);
  }

  writeTo(topology: Topology): void {
    topology.addSink(this.name, {
      topic: this.topic,
      key: this.keySerde,
      value: this.valueSerde,
      ...partitioning(this.keySerde, this.partitioner),
      parents: this.parentNames(),
    });
  }
}

/** A store that belongs to no operator; processors name it. */
export class StateStoreNode extends GraphNode {
  constructor(readonly store: StoreDefinition) {
    super(store.name);
  }

  writeTo(topology: Topology): void {
    topology.addStateStore(this.store);
  }
}

/** The options of a source that reads so. */
export function sourceOptions({ keySerde, valueSerde, timestampExtractor, offsetReset }: Reading) {
  return { key: keySerde, value: valueSerde, timestampExtractor, offsetReset };
}

/** How records find their partitions: windowed keys by the keys that are in them. */
export function partitioning(keySerde: Serde<unknown>, partitioner: StreamPartitioner | undefined) {
  return { partitioner, partitionKey: isWindowedSerde(keySerde) ? windowedPartitionKey(keySerde) : undefined };
}
