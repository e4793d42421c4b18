import type { TableView } from '../processor/ktable/value-getter.js';

/** Where a global table's values are. */
export interface GlobalTablePlace<K, V> {
  readonly storeName: string;
  readonly view: TableView<K, V>;
  /** Name of the store that can be queried, if the program gave one. */
  readonly queryableStore: string | undefined;
}

/**
 * A table of which every instance has all rows, read from the whole of its topic: Kafka Streams' `GlobalKTable`. A stream
 * can be joined with it by any key, and needs no repartitioning for that. The rows are those of now, not those of the
 * record's time.
 */
export class GlobalTable<K, V> {
  /** Made by `StreamsBuilder.globalTable`. */
  constructor(
    /** For other operators; not meant for programs. */
    readonly place: GlobalTablePlace<K, V>,
  ) {}

  /**
   * Name of the store by which the table can be queried; undefined if the program gave none.
   * Kafka Streams' `queryableStoreName`.
   */
  get queryableStoreName(): string | undefined {
    return this.place.queryableStore;
  }
}
