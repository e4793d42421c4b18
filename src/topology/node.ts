import type { Serde } from '../serde/serde.js';
import type { StoreDefinition } from '../state/store.js';
import type { Headers } from '../util/headers.js';
import type { ArrivalOrder } from './arrival-order.js';
import type { ProcessorSupplier } from './processor.js';
import type { Sink } from './sink.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- nodes of any key and value type stand in one list; the DSL's types guard what is put in */

/** What a timestamp extractor may look at. Returning a negative number drops the record (logged and counted). */
export interface ExtractableRecord<K = any, V = any> {
  readonly key: K | null;
  readonly value: V | null;
  /** The record's own timestamp, milliseconds. */
  readonly timestamp: number;
  readonly headers: Headers;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Event time of a record; `partitionTime` is the largest seen so far in its partition, -1 at first. */
export type TimestampExtractor = (record: ExtractableRecord, partitionTime: number) => number;

export type OffsetReset = 'earliest' | 'latest' | 'none';

/** Topic of an outgoing record, chosen per record. */
export type TopicNameExtractor<K = any, V = any> = (
  key: K,
  value: V,
  record: { readonly timestamp: number; readonly headers: Headers },
) => string;

/**
 * Partition of an outgoing record; undefined: where Kafka's default partitioner puts it. A list writes the record to each of
 * them, an empty one to none (KIP-837).
 */
export type StreamPartitioner<K = any, V = any> = (
  topic: string,
  key: K,
  value: V,
  partitions: number,
) => number | readonly number[] | undefined;

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  /** Topic names as declared; internal ones without the application id prefix stand in `SubTopology.repartitionTopics`. */
  readonly topics: readonly string[];
  /** Anchored: `pattern.test(topic)` tells whether the whole name matches. */
  readonly pattern: RegExp | undefined;
  /** The pattern as it was given, for descriptions. */
  readonly patternText: string | undefined;
  readonly keySerde: Serde<any>;
  readonly valueSerde: Serde<any>;
  readonly timestampExtractor: TimestampExtractor | undefined;
  readonly offsetReset: OffsetReset | undefined;
  readonly children: readonly string[];
}

export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly supplier: ProcessorSupplier<any, any, any, any>;
  readonly arrival: ArrivalOrder;
  readonly stores: readonly string[];
  readonly parents: readonly string[];
  readonly children: readonly string[];
}

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly topic: string | TopicNameExtractor;
  readonly keySerde: Serde<any>;
  readonly valueSerde: Serde<any>;
  readonly partitioner: StreamPartitioner | undefined;
  /** Its bytes choose the partition in place of `keySerde`'s: windowed keys go where their inner keys go. */
  readonly partitionKeySerde: Serde<any> | undefined;
  readonly parents: readonly string[];
}

/** Writes what its source reads to a destination outside of Kafka. */
export interface ConnectorNode {
  readonly kind: 'connector';
  readonly name: string;
  readonly sink: Sink;
  readonly parents: readonly string[];
}

/** A node of the graph, frozen. Children and parents are names within the same sub-topology. */
export type TopologyNode = SourceNode | ProcessorNode | SinkNode | ConnectorNode;

export interface RepartitionTopic {
  /** Without the application id, e.g. `KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition`. */
  readonly name: string;
  /** Fixed by the program, or undefined: as many as the inputs it is co-partitioned with. */
  readonly partitions: number | undefined;
  /** A topic of ticks: it has a partition per task of its sub-topology, and is not purged. */
  readonly ticks?: true;
}

/** Nodes that share records or stores without a topic between them; one task per partition. */
export interface SubTopology {
  readonly id: number;
  /** In the order they were added, sources before what they feed. */
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreDefinition[];
  /** Internal topics this sub-topology reads: repartition topics, and topics of ticks. */
  readonly repartitionTopics: readonly RepartitionTopic[];
  /** Stores whose changelog is a source topic (a table read with optimisation on): store name → topic. */
  readonly sourceChangelogs: ReadonlyMap<string, string>;
  /** Source topics (declared or internal names) that must have the same number of partitions. */
  readonly copartitionGroups: readonly (readonly string[])[];
  /** The sub-topology is one source and this: its tasks write to a sink, at a position of the sink's own. */
  readonly connector?: ConnectorNode;
}

/** A store filled from a whole topic on every instance. */
export interface GlobalStore {
  readonly id: number;
  readonly source: SourceNode;
  readonly processor: ProcessorNode;
  readonly store: StoreDefinition;
}

/** Retention and cleanup of an internal topic, as Kafka Streams creates it. */
export interface InternalTopic {
  /** Full name, with the application id. */
  readonly name: string;
  readonly type: 'repartition' | 'changelog' | 'ticks';
  /** Fixed by the program, or undefined. */
  readonly partitions: number | undefined;
  readonly configs: Readonly<{ [name: string]: string }>;
}

/** A whole program, ready to run: data only, frozen. */
export interface BuiltTopology {
  readonly subTopologies: readonly SubTopology[];
  readonly globalStores: readonly GlobalStore[];
  /** Names of all nodes in the order they were added, over all sub-topologies: where one task runs them all. */
  readonly nodeOrder: readonly string[];
  /** Kafka Streams' `Topology.describe()` text. */
  describe(): string;
  /** Internal topics of an application, `windowstore.changelog.additional.retention.ms` (one day) included. */
  internalTopics(applicationId: string): readonly InternalTopic[];
}

/** The changelog topic of a store. */
export function changelogTopic(applicationId: string, storeName: string): string {
  return `${applicationId}-${storeName}-changelog`;
}

/** The topic name on the broker of a topic that a node names: internal ones get the application id as prefix. */
export function resolveTopic(applicationId: string, topic: string, repartitionTopics: ReadonlySet<string>): string {
  return repartitionTopics.has(topic) ? `${applicationId}-${topic}` : topic;
}
