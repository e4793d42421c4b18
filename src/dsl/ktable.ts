import type { Serde } from '../serde/serde.js';
import type { Processor } from '../topology/processor.js';
import { filteredView, TableFilterProcessor } from '../processor/ktable/table-filter.js';
import { mappedView, TableMapValuesProcessor } from '../processor/ktable/table-map-values.js';
import { TableRegroupProcessor } from '../processor/ktable/table-regroup.js';
import { TableToStreamProcessor } from '../processor/ktable/table-to-stream.js';
import { OperatorNode } from './graph/nodes.js';
import type { GroupedTable } from './grouped-table.js';
import type { KStream } from './kstream.js';
import type { Named, Stored } from './options.js';
import { expectSerde, type TablePlace } from './program.js';
import type { KnownOr, KnownTable, NonNull, SerdeFor, StreamFacts, TableFacts } from './serde-facts.js';
import { givenStoreName, mentionsStore, tableStoreDefinition } from './stored.js';
import { DerivedTable, type Derivation } from './table/derived-table.js';

/** What a table's stream has as values: null too, where the table can lose keys. */
type Streamed<V, F extends TableFacts> = F['deletes'] extends false ? V : V | null;

/** What is known of a table's stream: all that was known of the table. */
interface Untouched<F extends TableFacts> extends StreamFacts {
  readonly key: F['key'];
  readonly value: F['value'];
  readonly rekeyed: false;
}

/** A mapped table can lose keys if its parent can, or if the mapper gives null. */
type DeletesOr<F extends TableFacts, Result> = F['deletes'] extends false ? (null extends Result ? true : false) : true;

/**
 * A table: the latest value per key, changed by each update. Operators give new tables and run nothing; callbacks take the
 * value first, then the key, and never see a deletion. `F` is what the compiler knows of the serdes and of deletions; it
 * never has to be written.
 */
export class KTable<K, V, F extends TableFacts = KnownTable> {
  /** Tables are made by `StreamsBuilder` and by operators. */
  constructor(
    /** For other operators; not meant for programs. */
    readonly place: TablePlace<K, V>,
  ) {}

  /** Name of the store by which the table can be queried; undefined if the program gave none. */
  get queryableStoreName(): string | undefined {
    return this.place.queryableStore;
  }

  /** Keeps the rows for which the predicate holds. With `store`, the result is kept and can be queried. */
  filter<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    predicate: (value: V, key: K) => boolean,
    options?: Named & Stored & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, V, { key: KnownOr<F['key'], KS>; value: KnownOr<F['value'], VS>; deletes: true }>;
  filter(
    predicate: (value: V, key: K) => boolean,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): KTable<K, V, TableFacts> {
    return this.#filter(predicate, options);
  }

  /** Keeps the rows for which the predicate does not hold. */
  filterNot<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    predicate: (value: V, key: K) => boolean,
    options?: Named & Stored & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, V, { key: KnownOr<F['key'], KS>; value: KnownOr<F['value'], VS>; deletes: true }>;
  filterNot(
    predicate: (value: V, key: K) => boolean,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> } = {},
  ): KTable<K, V, TableFacts> {
    return this.#filter((value, key) => !predicate(value, key), options);
  }

  /**
   * Gives each row a new value; null deletes the row. With `store` (and then `value`), the result is kept and can be
   * queried.
   */
  mapValues<VR, R extends NoInfer<VR> | null, KS extends SerdeFor<K> | undefined = undefined>(
    mapper: (value: V, key: K) => R,
    options: Named & Stored & { readonly key?: KS; readonly value: Serde<VR> },
  ): KTable<K, VR, { key: KnownOr<F['key'], KS>; value: true; deletes: DeletesOr<F, R> }>;
  mapValues<VR>(
    mapper: (value: V, key: K) => VR,
    options?: Named,
  ): KTable<K, NonNull<VR>, { key: F['key']; value: false; deletes: DeletesOr<F, VR> }>;
  mapValues<VR>(
    mapper: (value: V, key: K) => VR | null,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<VR> } = {},
  ): object {
    return this.#derive('KTABLE-MAPVALUES-', options, options.value, false, {
      newProcessor: (node) => new TableMapValuesProcessor(mapper, node) as Processor,
      viewThrough: (parent) => mappedView(parent, mapper),
    });
  }

  /** The table's updates as a stream; null for a deletion, where the table can lose keys. */
  toStream(options: Named = {}): KStream<K, Streamed<V, F>, Untouched<F>> {
    const { program, keySerde, valueSerde, sources } = this.place;
    const name = program.names.nameOr(options.name, 'KTABLE-TOSTREAM-');
    const node = new OperatorNode(name, { supplier: () => () => new TableToStreamProcessor() });
    program.graph.add(node, this.place.node);
    return program.handles.stream<K, Streamed<V, F>, Untouched<F>>({
      program,
      name,
      node,
      sources,
      keySerde,
      valueSerde: valueSerde, // null never reaches a serde
      rekeyed: false,
    });
  }

  /**
   * Groups the rows by a new key, to be aggregated with a new value. A row for which either is null is in no group. The
   * changes go through a repartition topic, for which both serdes are needed; `name` names it too.
   */
  groupBy<KR, VR>(
    mapper: (key: K, value: V) => readonly [NoInfer<KR> | null, NoInfer<VR> | null],
    options: Named & { readonly key: Serde<KR>; readonly value: Serde<VR> },
  ): GroupedTable<KR, VR> {
    const { program, logic } = this.place;
    const name = program.names.nameOr(options.name, 'KTABLE-SELECT-');
    const { key: keySerde, value: valueSerde } = options;
    const supplier = () => () => new TableRegroupProcessor(mapper, keySerde) as Processor;
    const node = new OperatorNode(name, { supplier });
    program.graph.add(node, this.place.node);
    logic.sendOldValues(true);
    return program.handles.groupedTable({ program, node, keySerde, valueSerde, repartitionName: options.name });
  }

  #filter(
    keeps: (value: V, key: K) => boolean,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> },
  ): KTable<K, V, TableFacts> {
    return this.#derive('KTABLE-FILTER-', options, options.value ?? this.place.valueSerde, true, {
      newProcessor: (node) => new TableFilterProcessor(keeps, node) as Processor,
      viewThrough: (parent) => filteredView(parent, keeps),
    });
  }

  #derive<VR>(
    prefix: string,
    options: Named & Stored & { key?: Serde<K> },
    value: Serde<VR> | undefined,
    wantsOldValues: boolean,
    derivation: Derivation<K, V, VR>,
  ): KTable<K, VR, TableFacts> {
    const { program, node: parent, sources, logic: parentLogic } = this.place;
    const queryableStore = givenStoreName(options);
    if (queryableStore === undefined && mentionsStore(options)) program.names.storeName(prefix);
    const name = program.names.nameOr(options.name, prefix);
    const key = options.key ?? this.place.keySerde;
    const store =
      queryableStore === undefined
        ? undefined
        : tableStoreDefinition(program, queryableStore, options, {
            key: expectSerde(key, 'key', name),
            value: expectSerde(value, 'value', name),
          });
    const logic = new DerivedTable(parentLogic, derivation, store, wantsOldValues);
    const node = new OperatorNode(name, logic);
    program.graph.add(node, parent);
    return program.handles.table({
      program,
      name,
      node,
      sources,
      keySerde: key,
      valueSerde: value,
      logic,
      queryableStore,
    });
  }
}
