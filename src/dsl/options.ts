import type { Serde } from '../serde/serde.js';
import type { StoreDefinition } from '../state/store.js';
import type { ExtractableRecord, OffsetReset, StreamPartitioner, TimestampExtractor } from '../topology/node.js';
import type { ClosesOn } from '../processor/window/close-on.js';
import type { Duration } from '../util/time.js';

/** Every operator can be named; without a name it gets a generated one, which changes when operators before it do. */
export interface Named {
  readonly name?: string;
}

/** How a topic is read. */
export interface Consumed<K, V> extends Named {
  readonly key: Serde<K>;
  readonly value: Serde<V>;
  /**
   * Event time of a record, from its value, in milliseconds; a negative number drops the record. Default: the record's own
   * timestamp, which is also taken for a record without a value.
   */
  readonly timestamp?: (value: V, record: ExtractableRecord<K, V>, partitionTime: number) => number;
  /** As `timestamp`, with all of the record, and also asked for records without a value. */
  readonly timestampExtractor?: TimestampExtractor;
  /** Where to start without a committed offset. Default: the application's setting. */
  readonly offsetReset?: OffsetReset;
}

/** What is told downstream of a row that is gone. */
export type OnExpiry = 'silent' | 'tombstone';

/** How long the rows of a table or an aggregate live. */
export interface Expiring<X extends OnExpiry = OnExpiry> {
  /**
   * Rows are gone this long after they were last written, by stream time: a row that was written at `t` is there while stream
   * time is below `t + ttl`. Its time is that of its value, which of an aggregate is the latest one folded in. The changelog
   * is kept as long, and a day. Default: rows live until they are deleted.
   */
  readonly ttl?: Duration;
  /**
   * What is told downstream of a row that is gone. `silent` (default): nothing; what was made of the row stays.
   * `tombstone`: its deletion, with its last value as the old one, as soon as stream time reaches its end; this takes a
   * second store, `<store>-expiry`.
   */
  readonly onExpiry?: X;
}

/** How a table or an aggregate is kept. */
export interface Stored<X extends OnExpiry = OnExpiry> extends Expiring<X> {
  /** Name of the store, by which it can be queried; or the whole definition. Default: a generated name. */
  readonly store?: string | StoreDefinition;
  /** `leveldb` survives a restart, `memory` is rebuilt from the changelog. Default: the builder's. */
  readonly storage?: 'leveldb' | 'memory';
  /** Merge updates of one key between commits. Default true. */
  readonly caching?: boolean;
  /** `false`: no changelog. An object: topic configs of the changelog. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
  /**
   * Keeps all versions of each value, so far back by the store's own time (KIP-889): streams join the version of their
   * records' time, and updates out of order take their place in the history; one that is older than this is dropped. There is
   * no record cache then. A table derived from one that keeps versions (`filter`, `mapValues`, `transformValues`) has them as
   * long as nothing is said of its own store; with a `store` it keeps the latest value only, unless it has a
   * `historyRetention` too. What needs the latest value (`groupBy`, joins of tables) passes over changes of the history
   * (KIP-914). Default: only the latest value is kept.
   */
  readonly historyRetention?: Duration;
  /** `false`: the store needs no copy on a standby. A task has standbys as soon as one of its stores needs one. Default true. */
  readonly standby?: boolean;
}

/** As {@link Stored}, for windows, of which one version is kept; what a ttl is to rows, retention is to windows. */
export interface WindowStored extends Omit<Stored, keyof Expiring | 'historyRetention'> {
  /** How long windows are kept, at least size + grace. Default: size + grace. */
  readonly retention?: Duration;
}

/** How a stream is written to a topic. */
export interface Produced<K, V> extends Named {
  readonly partitioner?: StreamPartitioner<K, V>;
}

/** How a stream is sent through a repartition topic of its own. */
export interface Repartitioned<K, V> extends Produced<K, V> {
  /** Default: as many as the topics that it is joined with, or that it came from. */
  readonly partitions?: number;
}

/** Which stores a processor may use: names of stores that were added to the builder, or definitions to add. */
export interface Connected extends Named {
  readonly stores?: readonly (string | StoreDefinition)[];
}

/** How a stream and a table are joined. */
export interface Joined extends Named {
  /**
   * Each record waits until the stream is so far ahead of it, by the stream's own time, so that the table's version of its
   * time has come (KIP-923); without more records it waits on. The table must keep versions (`historyRetention`) at least
   * as long. A record without a key stops the task with `NULL_KEY_BUFFERED`, in a left join too, as in Kafka Streams. Default:
   * records are joined when they come.
   */
  readonly grace?: Duration;
}

/** How tables are joined by a foreign key. Kafka Streams' `TableJoined`. */
export interface TableJoined<KO> extends Named {
  /**
   * How the topic of the other table is partitioned, by its keys; the value is null. Default: Kafka's own. How this table's
   * is need not be told: the answers carry the partition that they are for.
   */
  readonly otherPartitioner?: StreamPartitioner<KO, null>;
}

/**
 * How two streams are joined: names and stores. Kafka Streams' `StreamJoined`; `closeOn`, of a left or outer join alone, is
 * what lets a record that has found no other go, beside later records.
 */
export interface StreamJoined extends Named, ClosesOn {
  /** What the names of the stores begin with. Default: generated names. */
  readonly storeName?: string;
  /** Default: that of `thisStore`, or the builder's. */
  readonly storage?: 'leveldb' | 'memory';
  /** `false`: no changelogs. An object: topic configs of the changelogs. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
  /** The store of this stream: a plain window store with `retainDuplicates`, of the size and retention of the join's windows. */
  readonly thisStore?: StoreDefinition;
  /** The store of the other stream. */
  readonly otherStore?: StoreDefinition;
}
