import type { JoinKind } from '../processor/join/table-join.js';
import type { JoinWindows } from '../processor/window/join-windows.js';
import type { Serde } from '../serde/serde.js';
import { GlobalTable } from './global-table.js';
import type { KStream } from './kstream.js';
import type { KTable } from './ktable.js';
import type { Joined, Named, StreamJoined } from './options.js';
import type { StreamPlace } from './program.js';
import { StreamRepartition } from './repartition.js';
import type {
  KnownOr,
  NeedsBoth,
  NeedsOther,
  NonNull,
  SerdeFor,
  StreamFacts,
  TableFacts,
  ValueChanged,
} from './serde-facts.js';
import { joinGlobalTable } from './stream-global-table-join.js';
import { joinStreams, type StreamJoinOptions } from './stream-stream-join.js';
import { joinTable } from './stream-table-join.js';

/** The joins of a stream with tables, global tables and other streams. */
export abstract class JoinableStream<K, V, F extends StreamFacts> {
  protected readonly repartitions: StreamRepartition<K, V>;

  /** Streams are made by `StreamsBuilder` and by operators. */
  constructor(
    /** For other operators; not meant for programs. */
    readonly place: StreamPlace<K, V>,
  ) {
    this.repartitions = new StreamRepartition(place);
  }

  /**
   * Joins each record with the table's value of its key; a record without one is dropped. The stream is repartitioned if its
   * key was changed: then `key` and `value` are the serdes of this stream, where they are not known. Kafka Streams'
   * `KStream.join` with a `KTable`.
   * @throws TopologyError `GRACE_NEEDS_VERSIONED_TABLE`, `GRACE_LONGER_THAN_HISTORY`, `INVALID_WINDOW`
   */
  join<
    VT,
    VR,
    T extends TableFacts,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
  >(
    this: F['rekeyed'] extends true ? NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>> : unknown,
    table: KTable<NonNull<K>, VT, T>,
    joiner: (value: NonNull<V>, tableValue: VT, key: NonNull<K>) => VR,
    options?: Joined & { readonly key?: KS; readonly value?: VS },
  ): KStream<NonNull<K>, VR, { key: KnownOr<F['key'], KS>; value: false; rekeyed: false }>;
  /**
   * Joins each record with the global table's value of a selected key; a record for which it is null, or which the table does
   * not have, is dropped. Nothing is repartitioned. The joiner gets both keys (KIP-1340). Kafka Streams' `KStream.join` with a
   * `GlobalKTable`.
   */
  join<KG, VG, VR>(
    table: GlobalTable<KG, VG>,
    selector: (value: NonNull<V>, key: K) => NoInfer<KG> | null,
    joiner: (value: NonNull<V>, tableValue: VG, key: K, tableKey: KG) => VR,
    options?: Named,
  ): KStream<K, VR, ValueChanged<F>>;
  /**
   * Joins the records of both streams that have the same key and lie near enough in time, as `within` says: each pair gives a
   * result, with the later of both timestamps. Both are kept in window stores; a stream whose key was changed is repartitioned.
   * Kafka Streams' `KStream.join` with a `KStream`.
   * @throws TopologyError `JOIN_STORE_MISMATCH`
   */
  join<
    VO,
    VR,
    G extends StreamFacts,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    OS extends SerdeFor<VO> | undefined = undefined,
  >(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    other: KStream<K, VO, G> & NeedsOther<KnownOr<G['value'], OS>>,
    joiner: (value: NonNull<V>, otherValue: NonNull<VO>, key: NonNull<K>) => VR,
    windows: JoinWindows,
    options?: StreamJoined & { readonly key?: KS; readonly value?: VS; readonly otherValue?: OS },
  ): KStream<NonNull<K>, VR, { key: true; value: false; rekeyed: false }>;
  join(other: JoinSide<K>, ...rest: readonly unknown[]): object {
    return this.#join('inner', other, rest);
  }

  /** As `join`, but a record whose key the table does not have is joined with null. Kafka Streams' `leftJoin`. */
  leftJoin<
    VT,
    VR,
    T extends TableFacts,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
  >(
    this: F['rekeyed'] extends true ? NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>> : unknown,
    table: KTable<NonNull<K>, VT, T>,
    joiner: (value: NonNull<V>, tableValue: VT | null, key: K) => VR,
    options?: Joined & { readonly key?: KS; readonly value?: VS },
  ): KStream<K, VR, { key: KnownOr<F['key'], KS>; value: false; rekeyed: false }>;
  /**
   * As `join` with a global table, but a record whose selected key is null, or which the table does not have, is joined with
   * null.
   */
  leftJoin<KG, VG, VR>(
    table: GlobalTable<KG, VG>,
    selector: (value: NonNull<V>, key: K) => NoInfer<KG> | null,
    joiner: (value: NonNull<V>, tableValue: VG | null, key: K, tableKey: KG | null) => VR,
    options?: Named,
  ): KStream<K, VR, ValueChanged<F>>;
  /**
   * As `join` with a stream, and a record of this stream that finds none of the other gives a result with null, with its own
   * timestamp: when its window has closed by stream time, so that no result is given too early (KIP-633). Kafka Streams'
   * `KStream.leftJoin` with a `KStream`.
   * @throws TopologyError `JOIN_STORE_MISMATCH`
   */
  leftJoin<
    VO,
    VR,
    G extends StreamFacts,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    OS extends SerdeFor<VO> | undefined = undefined,
  >(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    other: KStream<K, VO, G> & NeedsOther<KnownOr<G['value'], OS>>,
    joiner: (value: NonNull<V>, otherValue: NonNull<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options?: StreamJoined & { readonly key?: KS; readonly value?: VS; readonly otherValue?: OS },
  ): KStream<K, VR, { key: true; value: false; rekeyed: false }>;
  leftJoin(other: JoinSide<K>, ...rest: readonly unknown[]): object {
    return this.#join('left', other, rest);
  }

  /**
   * As `leftJoin` with a stream, for the records of both: each that finds none of the other stream gives a result with null.
   * Kafka Streams' `KStream.outerJoin`.
   * @throws TopologyError `JOIN_STORE_MISMATCH`
   */
  outerJoin<
    VO,
    VR,
    G extends StreamFacts,
    KS extends SerdeFor<K> | undefined = undefined,
    VS extends SerdeFor<V> | undefined = undefined,
    OS extends SerdeFor<VO> | undefined = undefined,
  >(
    this: NeedsBoth<KnownOr<F['key'], KS>, KnownOr<F['value'], VS>>,
    other: KStream<K, VO, G> & NeedsOther<KnownOr<G['value'], OS>>,
    joiner: (value: NonNull<V> | null, otherValue: NonNull<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options?: StreamJoined & { readonly key?: KS; readonly value?: VS; readonly otherValue?: OS },
  ): KStream<K, VR, { key: true; value: false; rekeyed: false }>;
  outerJoin(other: JoinSide<K>, ...rest: readonly unknown[]): object {
    return this.#join('outer', other, rest);
  }

  /** The overloads say which arguments follow which kind of other side. */
  #join(kind: JoinKind, other: JoinSide<K>, rest: readonly unknown[]): object {
    const left = kind !== 'inner';
    if (other instanceof JoinableStream) {
      const [joiner, windows, options = {}] = rest as StreamJoinArguments<K, V>;
      const own = { place: this.place, repartition: this.repartitions };
      const others = { place: other.place, repartition: other.repartitions };
      return joinStreams(own, others, { kind, windows, joiner }, options);
    }
    if (other instanceof GlobalTable) {
      const [selector, joiner, options = {}] = rest as GlobalTableJoinArguments<K, V>;
      return joinGlobalTable(this.place, other.place, { selector, joiner, left }, options);
    }
    const [joiner, options] = rest as TableJoinArguments<K, V>;
    return joinTable(this.place, this.repartitions, other.place, joiner, { ...options, left });
  }
}

/** What a stream can be joined with. */
type JoinSide<K> =
  KTable<NonNull<K>, unknown, TableFacts> | GlobalTable<unknown, unknown> | JoinableStream<K, unknown, StreamFacts>;

type StreamJoinArguments<K, V> = [
  joiner: (value: V | null, otherValue: unknown, key: K) => unknown,
  windows: JoinWindows,
  options?: StreamJoinOptions<K, V, unknown>,
];

type TableJoinArguments<K, V> = [
  joiner: (value: NonNull<V>, tableValue: unknown, key: NonNull<K>) => unknown,
  options?: Joined & { key?: Serde<K>; value?: Serde<V> },
];

type GlobalTableJoinArguments<K, V> = [
  selector: (value: NonNull<V>, key: K) => unknown,
  joiner: (value: NonNull<V>, tableValue: unknown, key: K, tableKey: unknown) => unknown,
  options?: Named,
];
