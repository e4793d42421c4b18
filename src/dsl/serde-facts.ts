/*
 * What the compiler knows of a stream beside its types: whether the serdes of key and value are known, and whether the key
 * was changed since the records were last partitioned by it. With that, an operator that needs a serde says so while the
 * program is written.
 */

export interface StreamFacts {
  readonly key: boolean;
  readonly value: boolean;
  /** What groups or joins this stream must repartition it first. */
  readonly rekeyed: boolean;
}

/** Both serdes are known and the records are partitioned by their key: a stream as it comes from a topic. */
export interface Known extends StreamFacts {
  readonly key: true;
  readonly value: true;
  readonly rekeyed: false;
}

export interface KeyChanged<F extends StreamFacts> extends StreamFacts {
  readonly key: false;
  readonly value: F['value'];
  readonly rekeyed: true;
}

export interface ValueChanged<F extends StreamFacts> extends StreamFacts {
  readonly key: F['key'];
  readonly value: false;
  readonly rekeyed: F['rekeyed'];
}

/** Nothing is known: the stream was mapped to other keys and values. */
export interface AllChanged extends StreamFacts {
  readonly key: false;
  readonly value: false;
  readonly rekeyed: true;
}

/** Two streams as one: known is what both know. */
export interface Merged<F extends StreamFacts, G extends StreamFacts> extends StreamFacts {
  readonly key: F['key'] & G['key'] extends true ? true : false;
  readonly value: F['value'] & G['value'] extends true ? true : false;
  readonly rekeyed: true extends F['rekeyed'] | G['rekeyed'] ? true : false;
}

export interface TableFacts {
  readonly key: boolean;
  readonly value: boolean;
  /** The table can lose keys: its stream has tombstones. */
  readonly deletes: boolean;
}

/** A table of which both serdes are known, and that can lose keys: as it comes from a topic. */
export interface KnownTable extends TableFacts {
  readonly key: true;
  readonly value: true;
  readonly deletes: true;
}

/** A serde that writes and reads this type. A null key or value never reaches a serde. */
export interface SerdeFor<T> {
  readonly name: string;
  readonly serialize: (value: NonNull<T>) => Buffer;
  readonly deserialize: (bytes: Buffer, start: number, end: number) => NonNull<T>;
}

/** A serde that writes this type, and perhaps more. */
export interface WriterFor<T> {
  readonly name: string;
  readonly serialize: (value: NonNull<T>) => Buffer;
  readonly deserialize: (bytes: Buffer, start: number, end: number) => unknown;
}

export type NonNull<T> = Exclude<T, null>;

/** What a table tells as the value of a row whose ttl is over. */
export type Gone<X> = X extends 'tombstone' ? null : never;

declare const says: unique symbol;

/** Stands where a type cannot be: the compiler's message shows the sentence. */
export interface CompileError<Sentence extends string> {
  readonly [says]: Sentence;
}

/** Known from upstream, or given as an option. */
export type KnownOr<Fact extends boolean, Given> = Fact extends true
  ? true
  : [Given] extends [undefined]
    ? false
    : true;

/** `unknown`, which any object is, if both are true; else the sentence for the one that is missing. */
export type NeedsBoth<Key extends boolean, Value extends boolean> = Key extends true
  ? Value extends true
    ? unknown
    : CompileError<'The serde of the value is not known here, since the value was changed: give it as the option "value".'>
  : CompileError<'The serde of the key is not known here, since the key was changed: give it as the option "key".'>;

/** As {@link NeedsBoth}, for state by key: the value's serde is needed only on the way through a repartition topic. */
export type NeedsByKey<F extends StreamFacts, KeyGiven, ValueGiven> = NeedsBoth<
  KnownOr<F['key'], KeyGiven>,
  F['rekeyed'] extends true ? KnownOr<F['value'], ValueGiven> : true
>;

/** As {@link NeedsBoth}, for a grouped stream: the value's serde is needed only on the way through a repartition topic. */
export type NeedsGrouped<F extends StreamFacts, Key extends boolean> = Key extends true
  ? F['rekeyed'] extends true
    ? F['value'] extends true
      ? unknown
      : CompileError<'The stream is repartitioned by its new key, for which the serde of its value is not known: give it to groupBy or groupByKey as the option "value".'>
    : unknown
  : CompileError<'The serde of the key is not known here, since the key was changed: give it to groupBy or groupByKey as the option "key".'>;

/** As {@link NeedsGrouped}, for an aggregate of type `A`, which is unknown as long as its serde is. */
export type NeedsAggregate<F extends StreamFacts, Key extends boolean, A> = unknown extends A
  ? CompileError<'The type of the aggregate is not known: give its serde as the option "value", such as json<Total>().'>
  : NeedsGrouped<F, Key>;

/** As {@link NeedsBoth}, for the table whose rows refer to another's. */
export type NeedsOwn<Key extends boolean, Value extends boolean> = Key extends true
  ? Value extends true
    ? unknown
    : CompileError<'The serde of the value is not known here, since the value was changed: give it as the option "ownValue".'>
  : CompileError<'The serde of the key is not known here, since the key was changed: give it as the option "key".'>;

/** As {@link NeedsBoth}, for the stream that is joined with. */
export type NeedsOther<Value extends boolean> = Value extends true
  ? unknown
  : CompileError<'The serde of the other stream is not known here, since its value was changed: give it as the option "otherValue".'>;
