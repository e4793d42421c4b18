import type { Serde } from '../serde/serde.js';
import type { Processor } from '../topology/processor.js';
import { filteredView, TableFilterProcessor } from '../processor/ktable/table-filter.js';
import { mappedView, TableMapValuesProcessor } from '../processor/ktable/table-map-values.js';
import { TableRegroupProcessor } from '../processor/ktable/table-regroup.js';
import type { TableTransformerSupplier } from '../processor/ktable/table-transform-values.js';
import { TableToStreamProcessor } from '../processor/ktable/table-to-stream.js';
import type { JoinKind } from '../processor/join/table-join.js';
import { joinByForeignKey } from './foreign-key-join.js';
import { OperatorNode } from './graph/nodes.js';
import type { GroupedTable } from './grouped-table.js';
import type { KStream } from './kstream.js';
import type { Connected, Named, Stored, TableJoined } from './options.js';
import { expectSerde, type TablePlace } from './program.js';
import type {
  KnownOr,
  KnownTable,
  NeedsBoth,
  NeedsOwn,
  NonNull,
  SerdeFor,
  StreamFacts,
  TableFacts,
} from './serde-facts.js';
import {
  suppressTable,
  type NeedsWindows,
  type Suppressed,
  type UntilTimeLimit,
  type UntilWindowCloses,
} from './suppress.js';
import { expectNoExpiry, givenStoreName, keepsVersions, mentionsStore, tableStoreDefinition } from './stored.js';
import { joinTables } from './table-table-join.js';
import { transformTable } from './transform-table.js';
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

/** A result that is there only while both rows are is lost with either. */
interface EitherDeletes<F extends TableFacts, T extends TableFacts> extends TableFacts {
  readonly deletes: true extends F['deletes'] | T['deletes'] ? true : false;
}

/** A result that is there while one row is can be lost only if both can. */
interface BothDelete<F extends TableFacts, T extends TableFacts> extends TableFacts {
  readonly deletes: false extends F['deletes'] | T['deletes'] ? false : true;
}

/** A joiner as the processors call it: which sides are null, the kind of join says. */
type TableJoiner<K, L, R, VR> = (left: L | null, right: R | null, key: K) => VR | null;

/** A joiner of a foreign-key join, likewise. */
type Joiner<K, V, VO, VR> = (value: V, otherValue: VO | null, key: K) => VR | null;

type JoinOptions<K, V, VR> = TableJoined<unknown> & Stored & { key?: Serde<K>; value?: Serde<VR>; ownValue?: Serde<V> };

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

  /**
   * Name of the store by which the table can be queried; undefined if the program gave none.
   * Kafka Streams' `queryableStoreName`.
   */
  get queryableStoreName(): string | undefined {
    return this.place.queryableStore;
  }

  /**
   * Keeps the rows for which the predicate holds. With `store`, the result is kept and can be queried.
   * Kafka Streams' `filter`: each update that does not pass sends a tombstone, also where nothing was.
   */
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

  /** Keeps the rows for which the predicate does not hold. Kafka Streams' `filterNot`, as `filter`. */
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
   * queried. Kafka Streams' `mapValues`.
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

  /**
   * Gives each row the value that a transformer finds, which may use stores: those named by `stores`, as for a processor.
   * Unlike a mapper it is also called for deletions. With `store` (and then `value`), the result is kept and can be queried.
   * Kafka Streams' `transformValues`. As there, a table that is not kept calls its transformer again for every old value and
   * every reader; `store` spares that.
   */
  transformValues<VR, R extends NoInfer<VR> | null, KS extends SerdeFor<K> | undefined = undefined>(
    transformer: TableTransformerSupplier<K, V, R>,
    options: Connected & Stored & { readonly key?: KS; readonly value: Serde<VR> },
  ): KTable<K, VR, { key: KnownOr<F['key'], KS>; value: true; deletes: true }>;
  transformValues<VR>(
    transformer: TableTransformerSupplier<K, V, VR>,
    options?: Connected,
  ): KTable<K, NonNull<VR>, { key: F['key']; value: false; deletes: true }>;
  transformValues<VR>(
    transformer: TableTransformerSupplier<K, V, VR>,
    options: Connected & Stored & { readonly key?: Serde<K>; readonly value?: Serde<VR> } = {},
  ): object {
    return transformTable(this.place, transformer, options);
  }

  /**
   * Holds the table's changes back, the last one per key, until their window is closed (one result per window) or for a time.
   * What is held back is in memory and logged with each commit, as Kafka Streams logs it. Kafka Streams' `suppress`.
   * @throws TopologyError `NOT_WINDOWED` for `until: 'windowCloses'` on a table without windows above it
   */
  suppress<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    options: UntilTimeLimit & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, V, { key: true; value: true; deletes: F['deletes'] }>;
  suppress<KS extends SerdeFor<K> | undefined = undefined, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>> & NeedsWindows<K>,
    options: UntilWindowCloses & { readonly key?: KS; readonly value?: VS },
  ): KTable<K, V, { key: true; value: true; deletes: F['deletes'] }>;
  suppress(options: Suppressed & { readonly key?: Serde<K>; readonly value?: Serde<V> }): object {
    return suppressTable(this.place, options);
  }

  /** The table's updates as a stream; null for a deletion, where the table can lose keys. Kafka Streams' `toStream`. */
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
   * Kafka Streams' `groupBy`.
   */
  groupBy<KR, VR>(
    mapper: (key: K, value: V) => readonly [NoInfer<KR> | null, NoInfer<VR> | null],
    options: Named & { readonly key: Serde<KR>; readonly value: Serde<VR> },
  ): GroupedTable<KR, VR> {
    const { program, logic } = this.place;
    const name = program.names.nameOr(options.name, 'KTABLE-SELECT-');
    const { key: keySerde, value: valueSerde } = options;
    const supplier = () => () => new TableRegroupProcessor(mapper, keySerde, logic.versioned) as Processor;
    const node = new OperatorNode(name, { supplier });
    program.graph.add(node, this.place.node);
    logic.sendOldValues(true);
    return program.handles.groupedTable({ program, node, keySerde, valueSerde, repartitionName: options.name });
  }

  /**
   * Joins the rows of both tables that have the same key, as Kafka Streams' `KTable.join`. The result changes when either
   * row does, and is deleted when either is, or when the joiner gives null. With `store` or `value` the result is kept in a
   * store. Both tables must have the same number of partitions.
   *
   * With a function before the joiner, each row is joined with the row of `other` whose key that function gives (KIP-213).
   * Subscriptions and answers go through two topics, so both may have any number of partitions; such a result is kept where
   * `store` names it, and `value` gives its serde. Each row's value is hashed as its serde writes it: where the table does
   * not know that serde, since it joins or maps others without one, `ownValue` gives it.
   */
  join<KO, VO, VR, R extends NoInfer<VR> | null, T extends TableFacts, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsOwn<F['key'], KnownOr<F['value'], VS>>,
    other: KTable<KO, VO, T> & NeedsBoth<T['key'], T['value']>,
    foreignKey: (value: V, key: K) => NoInfer<KO> | null,
    joiner: (value: V, otherValue: VO, key: K) => R,
    options: TableJoined<NoInfer<KO>> & Stored & { readonly value: Serde<VR>; readonly ownValue?: VS },
  ): KTable<K, VR, { key: true; value: true; deletes: true }>;
  join<KO, VO, VR, T extends TableFacts, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsOwn<F['key'], KnownOr<F['value'], VS>>,
    other: KTable<KO, VO, T> & NeedsBoth<T['key'], T['value']>,
    foreignKey: (value: V, key: K) => NoInfer<KO> | null,
    joiner: (value: V, otherValue: VO, key: K) => VR,
    options?: TableJoined<NoInfer<KO>> & { readonly ownValue?: VS },
  ): KTable<K, NonNull<VR>, { key: true; value: false; deletes: true }>;
  join<VO, VR, R extends NoInfer<VR> | null, T extends TableFacts, KS extends SerdeFor<K> | undefined = undefined>(
    other: KTable<K, VO, T>,
    joiner: (value: V, otherValue: VO, key: K) => R,
    options: Named & Stored & { readonly key?: KS; readonly value: Serde<VR> },
  ): KTable<K, VR, { key: KnownOr<F['key'], KS>; value: true; deletes: DeletesOr<EitherDeletes<F, T>, R> }>;
  join<VO, VR, T extends TableFacts>(
    other: KTable<K, VO, T>,
    joiner: (value: V, otherValue: VO, key: K) => VR,
    options?: Named,
  ): KTable<K, NonNull<VR>, { key: F['key']; value: false; deletes: DeletesOr<EitherDeletes<F, T>, VR> }>;
  join<KO, VO, VR>(
    other: KTable<KO, VO, TableFacts>,
    joinerOrForeignKey: Joiner<K, V, VO, VR> | ((value: V, key: K) => KO | null),
    joinerOrOptions: Joiner<K, V, VO, VR> | JoinOptions<K, V, VR> = {},
    options: JoinOptions<K, V, VR> = {},
  ): object {
    return this.#joinEither('inner', other, joinerOrForeignKey, joinerOrOptions, options);
  }

  /**
   * As `join`, for every row of this table: the joiner gets null where the other table does not have the key. Kafka Streams'
   * `KTable.leftJoin`. This table tells its old values, and so is kept in a store.
   */
  leftJoin<
    KO,
    VO,
    VR,
    R extends NoInfer<VR> | null,
    T extends TableFacts,
    VS extends SerdeFor<V> | undefined = undefined,
  >(
    this: NeedsOwn<F['key'], KnownOr<F['value'], VS>>,
    other: KTable<KO, VO, T> & NeedsBoth<T['key'], T['value']>,
    foreignKey: (value: V, key: K) => NoInfer<KO> | null,
    joiner: (value: V, otherValue: VO | null, key: K) => R,
    options: TableJoined<NoInfer<KO>> & Stored & { readonly value: Serde<VR>; readonly ownValue?: VS },
  ): KTable<K, VR, { key: true; value: true; deletes: true }>;
  leftJoin<KO, VO, VR, T extends TableFacts, VS extends SerdeFor<V> | undefined = undefined>(
    this: NeedsOwn<F['key'], KnownOr<F['value'], VS>>,
    other: KTable<KO, VO, T> & NeedsBoth<T['key'], T['value']>,
    foreignKey: (value: V, key: K) => NoInfer<KO> | null,
    joiner: (value: V, otherValue: VO | null, key: K) => VR,
    options?: TableJoined<NoInfer<KO>> & { readonly ownValue?: VS },
  ): KTable<K, NonNull<VR>, { key: true; value: false; deletes: true }>;
  leftJoin<VO, VR, R extends NoInfer<VR> | null, T extends TableFacts, KS extends SerdeFor<K> | undefined = undefined>(
    other: KTable<K, VO, T>,
    joiner: (value: V, otherValue: VO | null, key: K) => R,
    options: Named & Stored & { readonly key?: KS; readonly value: Serde<VR> },
  ): KTable<K, VR, { key: KnownOr<F['key'], KS>; value: true; deletes: DeletesOr<F, R> }>;
  leftJoin<VO, VR, T extends TableFacts>(
    other: KTable<K, VO, T>,
    joiner: (value: V, otherValue: VO | null, key: K) => VR,
    options?: Named,
  ): KTable<K, NonNull<VR>, { key: F['key']; value: false; deletes: DeletesOr<F, VR> }>;
  leftJoin<KO, VO, VR>(
    other: KTable<KO, VO, TableFacts>,
    joinerOrForeignKey: Joiner<K, V, VO, VR> | ((value: V, key: K) => KO | null),
    joinerOrOptions: Joiner<K, V, VO, VR> | JoinOptions<K, V, VR> = {},
    options: JoinOptions<K, V, VR> = {},
  ): object {
    return this.#joinEither('left', other, joinerOrForeignKey, joinerOrOptions, options);
  }

  /**
   * As `join`, for every key that either table has: the joiner gets null for the row that is not there. Kafka Streams'
   * `KTable.outerJoin`. Both tables tell their old values, and so are kept in stores.
   */
  outerJoin<VO, VR, R extends NoInfer<VR> | null, T extends TableFacts, KS extends SerdeFor<K> | undefined = undefined>(
    other: KTable<K, VO, T>,
    joiner: (value: V | null, otherValue: VO | null, key: K) => R,
    options: Named & Stored & { readonly key?: KS; readonly value: Serde<VR> },
  ): KTable<K, VR, { key: KnownOr<F['key'], KS>; value: true; deletes: DeletesOr<BothDelete<F, T>, R> }>;
  outerJoin<VO, VR, T extends TableFacts>(
    other: KTable<K, VO, T>,
    joiner: (value: V | null, otherValue: VO | null, key: K) => VR,
    options?: Named,
  ): KTable<K, NonNull<VR>, { key: F['key']; value: false; deletes: DeletesOr<BothDelete<F, T>, VR> }>;
  outerJoin<VO, VR>(
    other: KTable<K, VO, TableFacts>,
    joiner: (value: V | null, otherValue: VO | null, key: K) => VR | null,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<VR> } = {},
  ): object {
    return this.#join('outer', other, joiner, options);
  }

  /** With a function in the place of the options, the one before it gives the foreign key. */
  #joinEither<KO, VO, VR>(
    kind: 'inner' | 'left',
    other: KTable<KO, VO, TableFacts>,
    second: unknown,
    third: Joiner<K, V, VO, VR> | JoinOptions<K, V, VR>,
    options: JoinOptions<K, V, VR>,
  ): object {
    if (typeof third === 'function') {
      const foreignKey = second as (value: V, key: K) => KO | null; // as the overloads have it
      const { otherPartitioner, ownValue } = options;
      const parts = { foreignKey, joiner: third, left: kind === 'left', otherPartitioner, ownValue };
      return joinByForeignKey(this.place, other.place, parts, options);
    }
    const sameKeys = other as unknown as KTable<K, VO, TableFacts>; // as above
    return this.#join(kind, sameKeys, second as TableJoiner<K, V, VO, VR>, third);
  }

  #join<VO, VR>(
    kind: JoinKind,
    other: KTable<K, VO, TableFacts>,
    joiner: TableJoiner<K, V, VO, VR>,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<VR> },
  ): object {
    return joinTables(this.place, other.place, kind, joiner, options);
  }

  #filter(
    keeps: (value: V, key: K) => boolean,
    options: Named & Stored & { key?: Serde<K>; value?: Serde<V> },
  ): KTable<K, V, TableFacts> {
    return this.#derive('KTABLE-FILTER-', options, options.value ?? this.place.valueSerde, true, {
      newProcessor: (node) => new TableFilterProcessor(keeps, node, this.place.logic.versioned) as Processor,
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
    const inherits = !mentionsStore(options);
    const generated = queryableStore === undefined && !inherits ? program.names.storeName(prefix) : undefined;
    const storeName = keepsVersions(options) ? (queryableStore ?? generated) : queryableStore;
    const name = program.names.nameOr(options.name, prefix);
    if (queryableStore === undefined) expectNoExpiry(name, options);
    const key = options.key ?? this.place.keySerde;
    const store =
      storeName === undefined
        ? undefined
        : tableStoreDefinition(program, storeName, options, {
            key: expectSerde(key, 'key', name),
            value: expectSerde(value, 'value', name),
          });
    const logic = new DerivedTable(parentLogic, derivation, { store, inherits, wantsOldValues });
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
