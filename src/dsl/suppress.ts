import type { Serde } from '../serde/serde.js';
import { isWindowedSerde, type Windowed } from '../serde/windowed.js';
import { closingClock, type ClosesOn } from '../processor/window/close-on.js';
import type { Suppression } from '../processor/suppress/suppress.js';
import { validName } from '../topology/naming.js';
import { TopologyError } from '../topology/topology-error.js';
import { changelogSettings } from '../topology/store-definitions.js';
import { toMillis, type Duration } from '../util/time.js';
import type { GraphNode } from './graph/graph-node.js';
import { OperatorNode } from './graph/nodes.js';
import { TickTopic } from './graph/tick-topic.js';
import type { KTable } from './ktable.js';
import type { Named } from './options.js';
import { expectSerde, type TablePlace } from './program.js';
import type { CompileError, TableFacts } from './serde-facts.js';
import { SuppressedTable } from './table/suppressed-table.js';

/** How much a suppression may hold back, and whether that is logged. */
export interface SuppressBuffer {
  /** Default: no bound. */
  readonly maxRecords?: number;
  /** Bytes of keys, values and headers. Default: no bound. */
  readonly maxBytes?: number;
  /** `false`: what is held back is lost with the instance. An object: topic configs of the changelog. Default true. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
}

/**
 * Holds changes back until their window is closed: one result per window (`Suppressed.untilWindowCloses`). With `closeOn` the
 * aggregations above close by the same ticks, so that nothing comes after a result.
 */
export interface UntilWindowCloses extends Named, ClosesOn {
  readonly until: 'windowCloses';
  /** More than fits ends the application: an early result would not be the final one. */
  readonly buffer?: SuppressBuffer & { readonly whenFull?: 'shutDown' };
}

/** Holds changes of a key back for a time, to merge them (`Suppressed.untilTimeLimit`). */
export interface UntilTimeLimit extends Named {
  readonly until: 'timeLimit';
  /** How long, by the stream's time, from the first change that is held back. */
  readonly limit: Duration;
  /** When more is to be held back than fits: let the oldest go (default), or end the application. */
  readonly buffer?: SuppressBuffer & { readonly whenFull?: 'emitEarly' | 'shutDown' };
}

/** `unknown` for a table with windows as keys; else the sentence that says so. */
export type NeedsWindows<K> =
  K extends Windowed<unknown>
    ? unknown
    : CompileError<"Only a table of windows can be held back until its windows close: say until: 'timeLimit'.">;

/** When a suppression lets changes go. */
export type Suppressed = UntilWindowCloses | UntilTimeLimit;

/**
 * Places a suppression.
 * @throws TopologyError `NOT_WINDOWED`, `INVALID_BUFFER`, `SUPPRESSED_VERSIONS`
 */
export function suppressTable<K, V, F extends TableFacts>(
  place: TablePlace<K, V>,
  options: Suppressed & { readonly key?: Serde<K>; readonly value?: Serde<V> },
): KTable<K, V, F> {
  const { program, node: parent, sources } = place;
  if (place.logic.versioned) throw suppressedVersions(place.name);
  // Unlike other operators, a named one takes no number.
  const name = options.name === undefined ? program.names.generate('KTABLE-SUPPRESS-') : validName(options.name);
  const waitMs = options.until === 'timeLimit' ? toMillis(options.limit) : windowGraceMs(parent, []);
  const storeName = options.name === undefined ? program.names.storeName('KTABLE-SUPPRESS-') : `${name}-store`;
  const keySerde = expectSerde(options.key ?? place.keySerde, 'key', name);
  const valueSerde = expectSerde(options.value ?? place.valueSerde, 'value', name);
  const logic = new SuppressedTable<K, V>(place.logic, suppression<K>(options, storeName, waitMs, keySerde), {
    kind: 'changeBuffer',
    name: storeName,
    keySerde,
    valueSerde,
    storage: 'memory',
    caching: false,
    logging: changelogSettings(options.buffer?.logging),
  });
  const clock = options.until === 'windowCloses' ? closingClock(options.closeOn) : undefined;
  const ticks = clock === undefined ? undefined : new TickTopic(storeName, clock);
  const node = new OperatorNode(name, logic, {}, ticks);
  program.graph.add(node, parent);
  if (ticks !== undefined) for (const windowed of windowedAbove(parent)) windowed.readTicks(ticks);
  return program.handles.table<K, V, F>({
    program,
    name,
    node,
    sources,
    keySerde,
    valueSerde,
    logic,
    queryableStore: undefined,
  });
}

function suppression<K>(options: Suppressed, storeName: string, waitMs: number, key: Serde<K>): Suppression<K> {
  const { maxRecords = Infinity, maxBytes = Infinity, whenFull } = options.buffer ?? {};
  const bounds = { maxRecords: bound('maxRecords', maxRecords), maxBytes: bound('maxBytes', maxBytes) };
  if (options.until === 'timeLimit') {
    const timeOf = (_key: K, timestamp: number): number => timestamp;
    return { storeName, waitMs, timeOf, ...bounds, whenFull: whenFull ?? 'emitEarly', dropsTombstones: false };
  }
  if (!isWindowedSerde(key)) throw notWindowed(storeName);
  const timeOf = (window: K): number => (window as Windowed<unknown>).end; // the serde says that it is a window
  return { storeName, waitMs, timeOf, ...bounds, whenFull: 'shutDown', dropsTombstones: true };
}

/** The aggregations over windows that the table is made of. */
function windowedAbove(node: GraphNode): readonly OperatorNode[] {
  if (node instanceof OperatorNode && node.traits.windowGraceMs !== undefined) return [node];
  return [...node.parents].flatMap(windowedAbove);
}

/** The grace period of the windows above; of several the longest. */
function windowGraceMs(node: GraphNode, below: readonly string[]): number {
  const { windowGraceMs: graceMs } = node.traits;
  if (graceMs !== undefined) return graceMs;
  const path = [node.name, ...below];
  if (node.parents.size === 0) throw notWindowed(path.join('->'));
  return Math.max(...[...node.parents].map((parent) => windowGraceMs(parent, path)));
}

function bound(name: string, value: number): number {
  if (value >= 0) return value;
  throw new TopologyError('INVALID_BUFFER', `The bound ${name} of a suppression is ${String(value)}`, {
    hint: 'Give 0 or more, or leave it out.',
  });
}

function suppressedVersions(table: string): TopologyError {
  return new TopologyError(
    'SUPPRESSED_VERSIONS',
    `suppress() is only supported for non-versioned KTables: "${table}" is`,
    {
      hint: 'A table keeps no versions if it is kept without a history retention.',
    },
  );
}

function notWindowed(chain: string): TopologyError {
  return new TopologyError(
    'NOT_WINDOWED',
    `Window close time is only defined for windowed computations. Got [${chain}].`,
    { hint: "Suppress a windowed table, or say until: 'timeLimit'." },
  );
}
