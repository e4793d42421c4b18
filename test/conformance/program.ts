/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument --
   the program is data: which operator follows which is known only when the vector is read, so its types can not be checked */
import { CogroupedStream } from '../../src/dsl/cogroup/cogrouped-stream.js';
import { SessionCogroupedStream } from '../../src/dsl/cogroup/session-cogrouped-stream.js';
import { WindowedCogroupedStream } from '../../src/dsl/cogroup/windowed-cogrouped-stream.js';
import { GroupedTable } from '../../src/dsl/grouped-table.js';
import { KTable } from '../../src/dsl/ktable.js';
import { SessionWindowedStream } from '../../src/dsl/session-windowed-stream.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { within, type JoinWindows } from '../../src/processor/window/join-windows.js';
import { sessions } from '../../src/processor/window/session-windows.js';
import { sliding } from '../../src/processor/window/sliding-windows.js';
import { hopping, tumbling, unlimited } from '../../src/processor/window/windows.js';
import type { Serde } from '../../src/serde/serde.js';
import type { StoreDefinition } from '../../src/state/store.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import {
  keyValueStore,
  sessionStore,
  versionedKeyValueStore,
  windowStore,
} from '../../src/topology/store-definitions.js';
import {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from '../../src/topology/timestamp-extractors.js';
import * as functions from './functions.js';
import { processorSupplier, storeFiller, transformerSupplier } from './processors.js';
import { serdeOf, topicSerdes } from './serdes.js';
import type { Step, StoreSpec, Vector } from './vector.js';

/** Thrown for an operator that Millrace does not have. */
export class UnsupportedStep extends Error {}

/** Builds the topology of a vector by calling the DSL step by step. */
export function buildProgram(vector: Vector): BuiltTopology {
  return new Program(vector).build();
}

class Program {
  readonly #builder: any;
  readonly #named = new Map<string, any>();
  #last: any;

  constructor(private readonly vector: Vector) {
    const { config } = vector;
    const storage = config['dsl.store.suppliers.class'] === 'inMemory' ? 'memory' : 'leveldb';
    const explicitNames = config['ensure.explicit.internal.resource.naming'] === true;
    this.#builder = new StreamsBuilder({ storage, explicitNames });
  }

  build(): BuiltTopology {
    for (const step of this.vector.topology) {
      const operator = (this as any)[`op_${step.op}`] as ((step: Step) => unknown) | undefined;
      if (operator === undefined) throw new UnsupportedStep(`operator "${step.op}"`);
      const result = operator.call(this, step);
      this.#last = result;
      if (step.id !== undefined) this.#named.set(step.id, result);
    }
    const optimization = String(this.vector.config['topology.optimization'] ?? 'none');
    return this.#builder.build({
      optimization: /^(?:all|none)$/.test(optimization) ? optimization : optimization.split(','),
    });
  }

  #on(step: Step): any {
    return step.from === undefined ? this.#last : this.#named.get(step.from);
  }
  #with(step: Step): any {
    return this.#named.get(step.with ?? '');
  }

  /** Kafka Streams shows the plain store of a table with timestamps that nobody knows; here it is what was declared. */
  #supplier({ processor }: any): ReturnType<typeof processorSupplier> {
    const isPlainTable = ({ materialized }: any): boolean =>
      materialized?.supplier === 'persistentKeyValue' && processor === `lookup:${materialized.name}`;
    const spec = this.vector.topology.some(isPlainTable)
      ? processor.replace('lookup', 'lookupOfPlainTable')
      : processor;
    return processorSupplier(spec);
  }

  op_stream(step: any): unknown {
    const source = step.pattern === undefined ? (step.topics ?? step.topic) : new RegExp(step.pattern);
    return this.#builder.stream(source, { ...consumed(step), offsetReset: step.offsetReset });
  }
  op_table(step: any): unknown {
    return this.#builder.table(step.topic, { ...consumed(step), ...stored(step.materialized, step) });
  }
  op_globalTable(step: any): unknown {
    const { key, value } = this.vector.topics[step.topic] ?? {};
    const read = { keySerde: key, valueSerde: value, ...step };
    return this.#builder.globalTable(step.topic, { ...consumed(read), ...stored(step.materialized, read) });
  }
  op_addGlobalStore(step: any): unknown {
    const store = storeDefinition(step.store);
    const options = { key: serdeOf(step.store.keySerde), value: serdeOf(step.store.valueSerde), ...named(step) };
    this.#builder.addGlobalStore(step.topic, { ...options, store, supplier: storeFiller(store) });
    return this.#last;
  }
  op_addStateStore(step: any): unknown {
    this.#builder.addStateStore(storeDefinition(step));
    return this.#last;
  }

  op_filter(step: any): unknown {
    return this.#filter('filter', step);
  }
  op_filterNot(step: any): unknown {
    return this.#filter('filterNot', step);
  }
  #filter(operator: string, step: any): unknown {
    const holds = functions.predicate(step.predicate);
    return this.#on(step)[operator]((v: any, k: any) => holds(k, v), {
      ...named(step),
      ...stored(step.materialized, step),
    });
  }
  op_map(step: any): unknown {
    return this.#on(step).map(functions.pairMapper(step.mapper), named(step));
  }
  op_flatMap(step: any): unknown {
    return this.#on(step).flatMap(functions.flatMapper(step.mapper), named(step));
  }
  op_mapValues(step: any): unknown {
    const mapper =
      step.mapper === undefined
        ? swap(functions.keyedValueMapper(step.mapperWithKey))
        : (v: any) => functions.valueMapper(step.mapper)(v);
    return this.#on(step).mapValues(mapper, { ...named(step), ...stored(step.materialized, step) });
  }
  op_flatMapValues(step: any): unknown {
    const mapper =
      step.mapper === undefined
        ? swap(functions.keyedFlatValueMapper(step.mapperWithKey))
        : (v: any) => functions.flatValueMapper(step.mapper)(v);
    return this.#on(step).flatMapValues(mapper, named(step));
  }
  op_selectKey(step: any): unknown {
    return this.#on(step).selectKey(swap(functions.selector(step.selector)), named(step));
  }
  op_peek(step: any): unknown {
    return this.#on(step).peek(() => undefined, named(step));
  }
  op_foreach(step: any): unknown {
    this.#on(step).foreach(() => undefined, named(step));
    return undefined;
  }
  op_print(step: any): unknown {
    this.#on(step).print({ ...named(step), write: () => undefined });
    return undefined;
  }
  op_merge(step: any): unknown {
    return this.#on(step).merge(this.#with(step), named(step));
  }
  op_split(step: any): unknown {
    let branches = this.#on(step).split(named(step));
    const ids: [id: string | undefined, name: string][] = [];
    for (const [at, branch] of step.branches.entries()) {
      const holds = functions.predicate(branch.predicate);
      branches = branches.branch((v: any, k: any) => holds(k, v), named(branch));
      ids.push([branch.id, branch.name ?? String(Number(at) + 1)]);
    }
    const streams =
      step.default === undefined ? branches.noDefaultBranch() : branches.defaultBranch(named(step.default));
    if (step.default !== undefined) ids.push([step.default.id, step.default.name ?? '0']);
    for (const [id, name] of ids) if (id !== undefined) this.#named.set(id, streams[name]);
    return undefined;
  }
  op_repartition(step: any): unknown {
    return this.#on(step).repartition({ ...serdes(step), ...named(step), partitions: step.partitions });
  }
  op_process(step: any): unknown {
    return this.#on(step).process(this.#supplier(step), connected(step));
  }
  op_processValues(step: any): unknown {
    return this.#on(step).processValues(this.#supplier(step), connected(step));
  }
  op_to(step: any): unknown {
    const topics = this.vector.topics;
    if (step.topicExtractor === undefined) {
      this.#on(step).to(step.topic, { ...topicSerdes(topics, step.topic), ...named(step) });
      return undefined;
    }
    const [topic = ''] = Object.keys(topics).filter((name) => name.endsWith('*'));
    const extractor = Object.assign(functions.topicExtractor(step.topicExtractor), {
      toString: () => step.topicExtractor,
    });
    this.#on(step).to(extractor, { ...topicSerdes(topics, topic), ...named(step) });
    return undefined;
  }
  op_toTable(step: any): unknown {
    return this.#on(step).toTable({ ...serdes(step), ...named(step), ...stored(step.materialized, step) });
  }
  op_transformValues(step: any): unknown {
    // Stores that Java's supplier brings along are not connected; here there is no such supplier.
    const options = { ...named(step), ...stored(step.materialized, step), stores: step.stores };
    return this.#on(step).transformValues(transformerSupplier(step.transformer), options);
  }
  op_suppress(step: any): unknown {
    const { maxRecords, maxBytes, whenFull, logging } = step.buffer;
    const until =
      step.until === 'timeLimit' ? { until: 'timeLimit', limit: step.timeLimitMs } : { until: 'windowCloses' };
    const buffer = { maxRecords, maxBytes, whenFull, logging };
    return this.#on(step).suppress({ ...serdes(step), ...named(step), ...until, buffer });
  }
  op_toStream(step: any): unknown {
    const stream = this.#on(step).toStream(named(step));
    return step.selector === undefined ? stream : stream.selectKey(swap(functions.selector(step.selector)));
  }
  op_groupByKey(step: any): unknown {
    return this.#on(step).groupByKey({ ...serdes(step), ...named(step) });
  }
  op_groupBy(step: any): unknown {
    const options = { ...serdes(step), ...named(step) };
    if (step.mapper !== undefined) return this.#on(step).groupBy(functions.pairMapper(step.mapper), options);
    return this.#on(step).groupBy(swap(functions.selector(step.selector)), options);
  }
  op_windowedBy(step: any): unknown {
    const { type, sizeMs, advanceMs, graceMs } = step.windows;
    const options = graceMs === undefined ? {} : { grace: graceMs };
    if (type === 'tumbling') return this.#on(step).windowedBy(tumbling(sizeMs, options));
    if (type === 'hopping') return this.#on(step).windowedBy(hopping(sizeMs, { advance: advanceMs, ...options }));
    if (type === 'session') return this.#on(step).windowedBy(sessions(step.windows.inactivityGapMs, options));
    if (type === 'sliding') return this.#on(step).windowedBy(sliding(step.windows.timeDifferenceMs, options));
    if (type === 'unlimited') return this.#on(step).windowedBy(unlimited({ start: step.windows.startMs ?? 0 }));
    throw new UnsupportedStep(`windows "${type}"`);
  }
  op_cogroup(step: any): unknown {
    const adders = step.groups.map(({ from, aggregator }: any) => [this.#named.get(from), functions.aggregator(aggregator).adder]); // prettier-ignore
    const [[group, adder], ...more] = adders;
    return more.reduce((cogroup: any, [next, add]: any) => cogroup.cogroup(next, add), group.cogroup(adder));
  }
  op_emitStrategy(step: any): unknown {
    return this.#on(step).emitStrategy(step.strategy);
  }
  op_count(step: any): unknown {
    return this.#on(step).count({ ...named(step), ...stored(step.materialized, step) });
  }
  op_reduce(step: any): unknown {
    const reducer = functions.reducer(step.reducer);
    const options = { ...named(step), ...stored(step.materialized, step) };
    if (step.subtractor === undefined) return this.#on(step).reduce(reducer, options);
    return this.#on(step).reduce(reducer, functions.reducer(step.subtractor), options);
  }
  op_aggregate(step: any): unknown {
    const { init, adder, subtractor, merger } = functions.aggregator(step.aggregator);
    const options = { value: serdeOf(step.valueSerde), ...named(step), ...stored(step.materialized, step) };
    const grouped = this.#on(step);
    if (grouped instanceof CogroupedStream || grouped instanceof WindowedCogroupedStream) {
      return (grouped as any).aggregate(init, options);
    }
    if (grouped instanceof SessionCogroupedStream) return (grouped as any).aggregate(init, merger, options);
    if (grouped instanceof SessionWindowedStream) return (grouped as any).aggregate(init, adder, merger, options);
    if (grouped instanceof GroupedTable) return grouped.aggregate(init, adder as any, subtractor as any, options);
    return grouped.aggregate(init, adder, options);
  }
  op_join(step: any): unknown {
    return this.#join('join', step);
  }
  op_leftJoin(step: any): unknown {
    return this.#join('leftJoin', step);
  }
  op_outerJoin(step: any): unknown {
    return this.#join('outerJoin', step);
  }
  #join(operator: string, step: any): unknown {
    const joiner =
      step.joinerWithKey === undefined
        ? functions.joiner(step.joiner)
        : (l: any, r: any, k: any) => `${functions.str(k)}:${functions.str(l)}+${functions.str(r)}`;
    const foreignKey = foreignKeyOf(step);
    if (foreignKey !== undefined) {
      const ownValue = this.#serdesOf(step.from).value;
      const options = { ...named(step), ...stored(step.materialized, step), ownValue };
      return this.#on(step)[operator](this.#with(step), foreignKey, joiner, options);
    }
    if (this.#on(step) instanceof KTable) {
      const options = { ...named(step), ...stored(step.materialized, step) };
      return this.#on(step)[operator](this.#with(step), joiner, options);
    }
    if (step.selector !== undefined) {
      const select = swap(functions.selector(step.selector));
      return this.#on(step)[operator](this.#with(step), select, joiner, named(step));
    }
    const left = this.#serdesOf(step.from);
    if (step.windows !== undefined) {
      const options = { ...left, ...this.#streamJoined(step, left), ...named(step) };
      return this.#on(step)[operator](this.#with(step), joiner, joinWindows(step.windows), options);
    }
    return this.#on(step)[operator](this.#with(step), joiner, { ...left, ...named(step), grace: step.graceMs });
  }

  #streamJoined(step: any, left: { key?: Serde<unknown>; value?: Serde<unknown> }): object {
    const right = this.#serdesOf(step.with);
    const { storeName, storeType, logging, thisStore, otherStore } = step.streamJoined ?? {};
    const store = (spec: any, value: Serde<unknown> | undefined): StoreDefinition | undefined =>
      spec && {
        ...storeDefinition({ ...spec, ...ANY_SERDES, type: spec.supplier }),
        keySerde: left.key,
        valueSerde: value,
      };
    return {
      otherValue: right.value,
      ...(storeName !== undefined && { storeName }),
      ...(storeType !== undefined && { storage: storeType === 'inMemory' ? 'memory' : 'leveldb' }),
      ...(logging !== undefined && { logging }),
      ...(thisStore && { thisStore: store(thisStore, left.value) }),
      ...(otherStore && { otherStore: store(otherStore, right.value) }),
    };
  }

  /** Serdes of the stream that a step is called on: those of the step before, or of the one named. */
  #serdesOf(from: string | undefined): { key?: Serde<unknown>; value?: Serde<unknown> } {
    const steps: readonly any[] = this.vector.topology;
    const step = steps.find(({ id }) => id !== undefined && id === from);
    if (step !== undefined) return serdes(step);
    const split = steps.find(({ branches = [], default: rest }) =>
      [...branches, rest ?? {}].some(({ id }: any) => id !== undefined && id === from),
    );
    return split === undefined ? {} : this.#serdesOf(split.from);
  }
}

/** Of a store whose serdes are those of the stream that it is for. */
const ANY_SERDES = { keySerde: 'bytes', valueSerde: 'bytes' };

function joinWindows({ timeDifferenceMs, beforeMs, afterMs, graceMs }: any): JoinWindows {
  return within(timeDifferenceMs, {
    ...(beforeMs !== undefined && { before: beforeMs }),
    ...(afterMs !== undefined && { after: afterMs }),
    ...(graceMs !== undefined && { grace: graceMs }),
  });
}

/** The foreign key of a join: of the value, or of key and value. */
function foreignKeyOf(step: any): ((v: any, k: any) => unknown) | undefined {
  if (step.foreignKey !== undefined) {
    const of = functions.selector(step.foreignKey);
    return (v, k) => of(k, v);
  }
  if (step.foreignKeyWithKey === undefined) return undefined;
  const of = functions.foreignKeyWithKey(step.foreignKeyWithKey);
  return (v, k) => of(k, v);
}

/** The vectors' functions take the key first, the DSL's callbacks the value. */
function swap<R>(call: (k: any, v: any) => R): (v: any, k: any) => R {
  return (v, k) => call(k, v);
}

const named = ({ name }: { readonly name?: string }): { name?: string } => (name === undefined ? {} : { name });

function serdes(step: any): { key?: Serde<unknown>; value?: Serde<unknown> } {
  return step.keySerde === undefined ? {} : { key: serdeOf(step.keySerde), value: serdeOf(step.valueSerde) };
}

function connected(step: any): object {
  const stores = [...(step.stores ?? []), ...(step.providedStores ?? []).map(storeDefinition)];
  return { ...named(step), ...(stores.length > 0 && { stores }) };
}

function consumed(step: any): object {
  const extractor = step.timestampExtractor as string | undefined;
  return {
    ...serdes(step),
    ...named(step),
    ...(extractor !== undefined && { timestampExtractor: extractorOf(extractor) }),
  };
}

function extractorOf(spec: string): unknown {
  const { call, arg } = functions.resolve<(arg: string) => unknown>(
    {
      failOnInvalid: () => failOnInvalidTimestamp,
      logAndSkipOnInvalid: () => logAndSkipOnInvalidTimestamp,
      usePartitionTimeOnInvalid: () => usePartitionTimeOnInvalidTimestamp,
      valueAfter: functions.valueAfter,
      partitionTimePlus: functions.partitionTimePlus,
    },
    spec,
  );
  return call(arg);
}

/** `Materialized` as the DSL's options; absent means the call without it. */
function stored(materialized: any, step: any): object {
  if (materialized === undefined) return {};
  const { name, storeType, caching, logging, topicConfig, retentionMs, supplier } = materialized;
  const valueSerde = step.valueSerde === undefined ? {} : { value: serdeOf(step.valueSerde) };
  if (supplier !== undefined) {
    const keySerde = String(step.keySerde).replace(/^(?:time|session)Windowed<([a-z]+).*$/, '$1');
    // Kafka Streams keeps timestamps in the in-memory stores that it is given for a table.
    const timestamped = /^(inMemoryKeyValue|lru|inMemoryWindow)$/.test(supplier) ? { timestamped: true } : {};
    // What `Materialized` is given is cached, what a builder of `Stores` makes is not.
    const spec = {
      caching: true,
      ...materialized,
      ...timestamped,
      keySerde,
      valueSerde: step.valueSerde,
      type: supplier,
    };
    return { ...valueSerde, store: storeDefinition(spec), ...switches(caching, logging, topicConfig) };
  }
  return {
    ...valueSerde,
    ...(name !== undefined && { store: name }),
    ...(storeType !== undefined && { storage: storeType === 'inMemory' ? 'memory' : 'leveldb' }),
    ...(retentionMs !== undefined && { retention: retentionMs }),
    ...switches(caching, logging, topicConfig),
  };
}

function switches(caching: unknown, logging: unknown, topicConfig: unknown): object {
  return {
    ...(caching !== undefined && { caching }),
    ...(logging !== undefined && { logging: logging === true && topicConfig !== undefined ? topicConfig : logging }),
  };
}

function storeDefinition(spec: StoreSpec): StoreDefinition {
  const { name, type, timestamped, maxEntries, caching } = spec;
  const storage = type.startsWith('inMemory') || type === 'lru' ? 'memory' : 'leveldb';
  const logging = spec.logging === false ? false : (spec.topicConfig ?? true);
  const common = {
    name,
    key: serdeOf(spec.keySerde),
    value: serdeOf(spec.valueSerde),
    storage,
    logging,
    ...(caching !== undefined && { caching }),
  } as const;
  if (/KeyValue$|^lru$/.test(type)) {
    const keepsTime = timestamped ?? type === 'persistentTimestampedKeyValue';
    return keyValueStore({ ...common, timestamped: keepsTime, ...(maxEntries !== undefined && { maxEntries }) });
  }
  if (/Window$/.test(type)) {
    return windowStore({
      ...common,
      timestamped: timestamped ?? type === 'persistentTimestampedWindow',
      retention: spec.retentionMs ?? 0,
      windowSize: spec.windowSizeMs ?? 0,
      retainDuplicates: spec.retainDuplicates ?? false,
    });
  }
  if (/Session$/.test(type)) return sessionStore({ ...common, retention: spec.retentionMs ?? 0 });
  if (type === 'versioned') {
    const { historyRetentionMs = 0, segmentIntervalMs: segmentInterval } = spec;
    return versionedKeyValueStore({ ...common, historyRetention: historyRetentionMs, ...(segmentInterval && { segmentInterval }) }); // prettier-ignore
  }
  throw new UnsupportedStep(`store type "${type}"`);
}
