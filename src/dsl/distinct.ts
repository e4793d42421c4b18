import type { Serde } from '../serde/serde.js';
import { DistinctProcessor, type Memory } from '../processor/distinct/distinct.js';
import { identitySerde, type RecordId } from '../processor/distinct/identity.js';
import { occurrences } from '../processor/distinct/occurrence.js';
import type { StoreDefinition } from '../state/store.js';
import type { Processor } from '../topology/processor.js';
import { changelogSettings } from '../topology/store-definitions.js';
import { TopologyError } from '../topology/topology-error.js';
import { validName } from '../topology/naming.js';
import { toMillis, type Duration } from '../util/time.js';
import { OperatorNode } from './graph/nodes.js';
import type { KStream } from './kstream.js';
import { addLateChild, lateChildName, type Late } from './late.js';
import type { Named, Stored } from './options.js';
import { expectSerde, type StreamPlace } from './program.js';
import type { GivenSerdes, StreamRepartition } from './repartition.js';
import type { KnownOr, NonNull, StreamFacts } from './serde-facts.js';

/** How a stream's own store is kept. */
export interface OwnStore extends Pick<Stored, 'storage' | 'logging'> {
  /** Name of the store. Default: a generated one. */
  readonly store?: string;
}

/** What a stream knows once it has been partitioned by its key. */
export interface ByKey<F extends StreamFacts, KS, VS> extends StreamFacts {
  readonly key: KnownOr<F['key'], KS>;
  readonly value: KnownOr<F['value'], VS>;
  readonly rekeyed: false;
}

/** Which records are the same. */
export interface SameRecords<K, V> extends Named, OwnStore {
  /**
   * Tells records of one key apart: records of equal key and equal id are the same. Records for which it is null, and those
   * without a value, are dropped. Default: the key alone counts, also for records without a value.
   */
  readonly by?: (value: NonNull<V>, key: NonNull<K>) => RecordId | null;
}

/** For how long a record is remembered. */
export interface RememberedFor {
  /** Records less than this apart, before or after, by their own timestamps, are the same. At least 1 ms. */
  readonly within: Duration;
  /** How much later than `within` behind stream time a record may come; what comes later still is late. Default 0. */
  readonly grace?: Duration;
}

/** How duplicates are told. */
export type Distinct<K, V, F extends StreamFacts> = SameRecords<K, V> & RememberedFor & Late<NonNull<K>, V, F>;

/** How first records are told. */
export type First<K, V, F extends StreamFacts> = SameRecords<K, V> & Partial<RememberedFor> & Late<NonNull<K>, V, F>;

/** All records are kept, and flagged. */
export interface Flagged<K, V, VR> {
  /** The value to go on with; without `by` it may be null. */
  readonly flag: (value: V, first: boolean, key: NonNull<K>) => VR;
}

/**
 * Places a de-duplication, behind a repartition if the stream's key was changed.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function distinctStream<K, V, VR, F extends StreamFacts>(
  place: StreamPlace<K, V>,
  repartition: StreamRepartition<K, V>,
  prefix: 'KSTREAM-DISTINCT-' | 'KSTREAM-FIRST-',
  options: First<K, V, StreamFacts> & GivenSerdes<K, V> & Partial<Flagged<K, V, VR>>,
): KStream<NonNull<K>, VR, F> {
  const { program } = place;
  const name = program.names.nameOr(options.name, prefix);
  const storeName = options.store === undefined ? program.names.storeName(prefix) : validName(options.store);
  const keySerde = expectSerde(options.key ?? place.keySerde, 'key', name) as Serde<unknown> as Serde<NonNull<K>>; // null never reaches a serde
  const { node: parent, sources } = place.rekeyed ? repartition.forTable(storeName, options) : place;
  const memory = memoryOf(options);
  const lateChild = lateChildName(place, options);
  const deduplication = { storeName, memory, by: options.by, flag: options.flag, lateChild };
  const supplier = () => () => new DistinctProcessor<K, V>(deduplication) as Processor;
  const store = storeOf(storeName, keySerde, memory, options.storage ?? program.storage, options);
  const node = new OperatorNode(name, { supplier, arrival: 'first', stores: () => [store] });
  program.graph.add(node, parent);
  const valueSerde = options.value ?? place.valueSerde;
  const behind = { program, name, node, sources, keySerde, rekeyed: false };
  addLateChild({ ...behind, valueSerde }, lateChild, options);
  return program.handles.stream({
    ...behind,
    valueSerde: options.flag === undefined ? asResult<VR>(valueSerde) : undefined,
  });
}

/** Without a flag the values stay as they are: VR is V. */
function asResult<VR>(serde: object | undefined): Serde<VR> | undefined {
  return serde as Serde<VR> | undefined;
}

function memoryOf({ within, grace = 0 }: Partial<RememberedFor>): Memory | undefined {
  if (within === undefined) return undefined;
  const memory = { withinMs: toMillis(within), graceMs: toMillis(grace) };
  if (!(Number.isSafeInteger(memory.withinMs) && memory.withinMs >= 1)) {
    throw new TopologyError('INVALID_WINDOW', `Records are remembered within ${String(within)}`, {
      hint: 'Give whole milliseconds, at least 1.',
    });
  }
  if (memory.graceMs >= 0) return memory;
  throw new TopologyError('INVALID_WINDOW', 'Grace period must not be negative.');
}

function storeOf<K>(
  name: string,
  key: Serde<K>,
  memory: Memory | undefined,
  storage: 'leveldb' | 'memory',
  { logging }: OwnStore,
): StoreDefinition {
  const common = {
    name,
    keySerde: identitySerde(key),
    valueSerde: occurrences,
    storage,
    caching: false,
    logging: changelogSettings(logging),
    timestamped: false,
  };
  if (memory === undefined) return Object.freeze({ kind: 'keyValue' as const, ...common });
  const { withinMs, graceMs } = memory;
  return Object.freeze({
    kind: 'window' as const,
    ...common,
    windowSizeMs: withinMs,
    // The oldest record that is not late looks back by `within`, into a bucket that began up to `within` earlier.
    retentionMs: 3 * withinMs + graceMs,
    retainDuplicates: false,
  });
}
