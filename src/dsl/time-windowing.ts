import type { Serde } from '../serde/serde.js';
import { calendarWindowed, timeWindowed, type WindowedSerde } from '../serde/windowed.js';
import type { SessionStoreDefinition, WindowStoreDefinition } from '../state/store.js';
import { SessionAggregateProcessor, type SessionAggregation } from '../processor/aggregate/session-aggregate.js';
import { SlidingAggregateProcessor } from '../processor/aggregate/sliding-aggregate.js';
import type { Aggregation } from '../processor/aggregate/stream-aggregate.js';
import { WindowAggregateProcessor } from '../processor/aggregate/window-aggregate.js';
import type { SessionWindows } from '../processor/window/session-windows.js';
import type { SlidingWindows } from '../processor/window/sliding-windows.js';
import type { EmitStrategy } from '../processor/window/window-close-emitter.js';
import type { AlignedWindows } from '../processor/window/aligned-windows.js';
import type { Processor } from '../topology/processor.js';
import { TopologyError } from '../topology/topology-error.js';
import type { NodeTraits } from './graph/graph-node.js';
import type { WindowStored } from './options.js';
import type { Program } from './program.js';
import { sessionStoreDefinition } from './session-stored.js';
import { slidingStoreDefinition } from './sliding-stored.js';
import { windowStoreDefinition } from './stored.js';

interface Serdes {
  readonly key: Serde<unknown>;
  readonly value: Serde<unknown>;
}

/** How windows of one kind are kept and computed. */
export interface Windowing<Folding, Store> {
  readonly traits: NodeTraits;
  store(program: Program, name: string, options: WindowStored, serdes: Serdes): Store;
  newProcessor(aggregation: Folding, storeName: string, sendOldValues: boolean): Processor;
}

/** Windows that are told apart by their starts. */
export type StartWindows = AlignedWindows | SlidingWindows;

/** Tumbling, hopping, unlimited, calendar and sliding windows. */
export function timeWindowing<K, V, A>(
  windows: StartWindows,
  emit: EmitStrategy,
  lateChild?: string,
): Windowing<Aggregation<K, V, A>, WindowStoreDefinition> & { keySerde(inner: Serde<K>): WindowedSerde<K> } {
  if (windows.kind === 'sliding') {
    return {
      traits: { windowGraceMs: windows.graceMs },
      keySerde: (inner) => timeWindowed(inner, windows.differenceMs),
      store: (program, name, options, serdes) =>
        forEmission(slidingStoreDefinition(program, name, options, serdes, windows), options, emit),
      newProcessor: (aggregation, storeName, sendOldValues) =>
        new SlidingAggregateProcessor({ aggregation, windows, storeName, sendOldValues, emit, lateChild }),
    };
  }
  return {
    traits: { windowGraceMs: windows.graceMs },
    keySerde: (inner) =>
      windows.kind === 'calendar' ? calendarWindowed(inner, windows) : timeWindowed(inner, windows.sizeMs),
    store(program, name, options, serdes) {
      const store = windowStoreDefinition(program, name, options, serdes, windows);
      return { ...forEmission(store, options, emit), caching: store.caching }; // the one kind that is cached all the same
    },
    newProcessor: (aggregation, storeName, sendOldValues) =>
      new WindowAggregateProcessor({ aggregation, windows, storeName, sendOldValues, emit, lateChild }),
  };
}

/** Sessions. */
export function sessionWindowing<K, V, A>(
  windows: SessionWindows,
  emit: EmitStrategy,
  lateChild?: string,
): Windowing<SessionAggregation<K, V, A>, SessionStoreDefinition> {
  return {
    // A session is closed when nothing can join it any more.
    traits: { windowGraceMs: windows.gapMs + windows.graceMs },
    store: (program, name, options, serdes) =>
      forEmission(sessionStoreDefinition(program, name, options, serdes, windows), options, emit),
    newProcessor: (aggregation, storeName, sendOldValues) =>
      new SessionAggregateProcessor({ aggregation, windows, storeName, sendOldValues, emit, lateChild }),
  };
}

/**
 * Windows that are emitted when they close stand by time, unless the program gave the whole store.
 * @throws TopologyError `STORE_KIND_MISMATCH` for a window store without timestamps
 */
function forEmission<Store extends WindowStoreDefinition | SessionStoreDefinition>(
  store: Store,
  options: WindowStored,
  emit: EmitStrategy,
): Store {
  if (emit !== 'onWindowClose') return store;
  if (store.kind === 'window' && !store.timestamped) {
    const problem = `Window store "${store.name}" keeps no timestamps, which the results of onWindowClose need`;
    throw new TopologyError('STORE_KIND_MISMATCH', problem, { hint: 'Give it timestamped: true, or only a name.' });
  }
  return { ...store, caching: false, ...(typeof options.store !== 'object' && { timeOrdered: true }) };
}
