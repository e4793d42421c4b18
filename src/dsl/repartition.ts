import type { Serde } from '../serde/serde.js';
import { repartitionNames, validName } from '../topology/naming.js';
import { RepartitionNode } from './graph/nodes.js';
import type { Repartitioned } from './options.js';
import { expectSerde, type StreamPlace } from './program.js';

/** The serdes that an operator was given, over those of its stream. */
export interface GivenSerdes<K, V> {
  readonly key?: Serde<K>;
  readonly value?: Serde<V>;
}

/** Sends one stream through repartition topics. */
export class StreamRepartition<K, V> {
  #shared: RepartitionNode | undefined;

  constructor(readonly place: StreamPlace<K, V>) {}

  /** Because the program asks for it. */
  explicit(prefix: string, options: Repartitioned<K, V> & GivenSerdes<K, V>): StreamPlace<K, V> {
    const { partitions, partitioner } = options;
    const node = this.#newNode(prefix, options, { partitions, partitioner });
    this.place.program.graph.add(node, this.place.node);
    return this.#behind(node, options);
  }

  /**
   * Because a join needs the stream partitioned by its new key. Joins without a name of their own share one topic, but each
   * takes its numbers.
   */
  forJoin(name: string | undefined, serdes: GivenSerdes<K, V>): StreamPlace<K, V> {
    const node = this.#newNode(name ?? this.place.name, serdes, undefined);
    if (this.#shared === undefined || (name !== undefined && name !== this.place.name)) {
      this.#shared = node;
      this.place.program.graph.add(node, this.place.node);
    }
    return this.#behind(this.#shared, serdes);
  }

  /** Because a table, or other state by key, is made of the stream. */
  forTable(name: string, serdes: GivenSerdes<K, V>): StreamPlace<K, V> {
    const node = this.#newNode(name, serdes, undefined);
    this.place.program.graph.add(node, this.place.node);
    return this.#behind(node, serdes);
  }

  #newNode(prefix: string, serdes: GivenSerdes<K, V>, explicit: RepartitionNode['explicit']): RepartitionNode {
    const { program, keySerde, valueSerde } = this.place;
    const names = repartitionNames(program.names, validName(prefix));
    const key = expectSerde(serdes.key ?? keySerde, 'key', names.topic);
    const value = expectSerde(serdes.value ?? valueSerde, 'value', names.topic);
    return new RepartitionNode(names, key, value, explicit);
  }

  #behind(node: RepartitionNode, { key, value }: GivenSerdes<K, V>): StreamPlace<K, V> {
    const { keySerde, valueSerde } = this.place;
    return {
      program: this.place.program,
      name: node.name,
      node,
      sources: new Set([node.name]),
      keySerde: key ?? keySerde,
      valueSerde: value ?? valueSerde,
      rekeyed: false,
    };
  }
}
