import type { Serde } from '../serde/serde.js';
import { TopologyError } from '../topology/topology-error.js';
import { NameGenerator } from '../topology/naming.js';
import { LogicalGraph } from './graph/logical-graph.js';
import type { GraphNode } from './graph/graph-node.js';
import type { GroupedStream } from './grouped-stream.js';
import type { GroupedTable } from './grouped-table.js';
import type { KStream } from './kstream.js';
import type { KTable } from './ktable.js';
import type { StreamFacts, TableFacts } from './serde-facts.js';
import type { TableLogic } from './table/table-logic.js';

/** Where a stream, table or group stands in the program, and what is known of its records. */
export interface Place<K, V> {
  readonly program: Program;
  readonly name: string;
  readonly node: GraphNode;
  /** The sources whose records, partitioned as they were read, arrive here. */
  readonly sources: ReadonlySet<string>;
  readonly keySerde: Serde<K> | undefined;
  readonly valueSerde: Serde<V> | undefined;
}

export interface StreamPlace<K, V> extends Place<K, V> {
  /** The key was changed since the sources. */
  readonly rekeyed: boolean;
}

export interface TablePlace<K, V> extends Place<K, V> {
  readonly logic: TableLogic<K, V>;
  /** Name of the store that can be queried, if the program gave one. */
  readonly queryableStore: string | undefined;
}

export interface GroupPlace<K, V> extends StreamPlace<K, V> {
  /** The program's name for the repartition topic. */
  readonly repartitionName: string | undefined;
}

/** Where a table's rows are grouped anew. */
export interface TableGroupPlace<K, V> {
  readonly program: Program;
  readonly node: GraphNode;
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly repartitionName: string | undefined;
}

/** Makes the handles that the program is written with. One place makes all of them, since each gives others. */
export interface Handles {
  stream<K, V, F extends StreamFacts>(place: StreamPlace<K, V>): KStream<K, V, F>;
  table<K, V, F extends TableFacts>(place: TablePlace<K, V>): KTable<K, V, F>;
  group<K, V, F extends StreamFacts>(place: GroupPlace<K, V>): GroupedStream<K, V, F>;
  groupedTable<K, V>(place: TableGroupPlace<K, V>): GroupedTable<K, V>;
}

/** A program while it is being written: its names, its steps, and what must be partitioned alike. */
export class Program {
  readonly names = new NameGenerator();
  readonly graph = new LogicalGraph();
  readonly copartitioned: ReadonlySet<string>[] = [];

  constructor(
    readonly handles: Handles,
    /** Where stores are kept unless they say otherwise. */
    readonly storage: 'leveldb' | 'memory',
  ) {}

  /** Requires both sides to be partitioned alike; gives the sources of both. */
  copartition(left: Place<unknown, unknown>, right: Place<unknown, unknown>): ReadonlySet<string> {
    const sources = new Set([...left.sources, ...right.sources]);
    this.copartitioned.push(sources);
    return sources;
  }
}

/**
 * The serde, which the types say is there.
 * @throws TopologyError `SERDE_MISSING` for a program that was not type-checked
 */
export function expectSerde<T>(serde: Serde<T> | undefined, part: 'key' | 'value', where: string): Serde<T> {
  if (serde !== undefined) return serde;
  throw new TopologyError('SERDE_MISSING', `The serde of the ${part} is not known at "${where}"`, {
    hint: `Give it as the option "${part}".`,
  });
}
