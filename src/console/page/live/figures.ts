import { int, type Int64, type MetricsMessage } from '../api/messages.js';

/** Numbers of one thing, over the instances that have a part of it. A rate that cannot be known is undefined. */
export interface NodeFigures {
  readonly records: number;
  readonly errors: number;
  readonly dropped: number;
  readonly pending: number;
  readonly recordsPerSecond: number | undefined;
  readonly errorsPerSecond: number | undefined;
  /** Age of records here: the worst instance's median. */
  readonly latencySeconds: number | undefined;
}

export interface StoreFigures {
  readonly entries: number | undefined;
  readonly restoreRemaining: number;
  readonly restored: number;
}

export interface TopicFigures {
  readonly lag: number;
  readonly consumedPerSecond: number | undefined;
  readonly consumedBytesPerSecond: number | undefined;
  readonly producedPerSecond: number | undefined;
  readonly producedBytesPerSecond: number | undefined;
}

export interface InstanceFigures {
  readonly application: string;
  readonly instanceId: string;
  readonly state: string;
  /** Empty while all is well. */
  readonly failure: string;
  readonly startTime: string | undefined;
  /** CPU seconds per second. */
  readonly cpu: number | undefined;
  readonly residentBytes: number;
  readonly commitsPerSecond: number | undefined;
  readonly commitFailures: number;
  readonly rebalances: number;
  readonly deadLetters: number;
}

/** What two answers of GetMetrics tell. Nodes, stores and topics by {@link partOf}. */
export interface Figures {
  readonly nodes: ReadonlyMap<string, NodeFigures>;
  readonly stores: ReadonlyMap<string, StoreFigures>;
  readonly topics: ReadonlyMap<string, TopicFigures>;
  readonly instances: readonly InstanceFigures[];
}

/** Names a node, store or topic of an application. */
export function partOf(application: string | undefined, name: string | undefined): string {
  return `${application ?? ''}\n${name ?? ''}`;
}

interface Part {
  readonly application?: string;
  readonly instanceId?: string;
}

/**
 * Counts of the later answer, and rates from the difference of the two. An instance that started meanwhile, or was not in
 * the earlier answer, has counts and no rates.
 */
export function figuresBetween(before: MetricsMessage | undefined, now: MetricsMessage): Figures {
  const seconds = secondsBetween(before, now);
  const rateOf = <M extends Part>(earlier: readonly M[] | undefined, nameOf: (message: M) => string) => {
    const byName = new Map(earlier?.map((message) => [`${instanceOf(message)}\n${nameOf(message)}`, message]));
    return (message: M, count: (message: M) => Int64 | undefined): number | undefined => {
      const previous = byName.get(`${instanceOf(message)}\n${nameOf(message)}`);
      const elapsed = seconds.get(instanceOf(message));
      if (!previous || elapsed === undefined) return undefined;
      const grown = int(count(message)) - int(count(previous));
      return grown < 0 ? undefined : grown / elapsed;
    };
  };
  return {
    nodes: nodesOf(
      now,
      rateOf(before?.nodes, ({ node = '' }) => node),
    ),
    stores: storesOf(now),
    topics: topicsOf(
      now,
      rateOf(before?.topics, ({ topic = '' }) => topic),
    ),
    instances: instancesOf(
      now,
      rateOf(before?.instances, () => ''),
    ),
  };
}

type RateOf<M> = (message: M, count: (message: M) => Int64 | undefined) => number | undefined;
type Messages<Name extends keyof MetricsMessage> = NonNullable<MetricsMessage[Name]>[number];

function nodesOf({ nodes = [] }: MetricsMessage, rate: RateOf<Messages<'nodes'>>): Map<string, NodeFigures> {
  const figures = new Map<string, NodeFigures>();
  for (const message of nodes) {
    const part = partOf(message.application, message.node);
    const other = figures.get(part);
    figures.set(part, {
      records: int(message.records) + (other?.records ?? 0),
      errors: int(message.errors) + (other?.errors ?? 0),
      dropped: int(message.dropped) + (other?.dropped ?? 0),
      pending: int(message.pending) + (other?.pending ?? 0),
      recordsPerSecond: sum(other?.recordsPerSecond, rate(message, ({ records }) => records)), // prettier-ignore
      errorsPerSecond: sum(
        other?.errorsPerSecond,
        rate(message, ({ errors }) => errors),
      ),
      latencySeconds: most(other?.latencySeconds, message.latencySeconds),
    });
  }
  return figures;
}

function storesOf({ stores = [] }: MetricsMessage): Map<string, StoreFigures> {
  const figures = new Map<string, StoreFigures>();
  for (const message of stores) {
    const part = partOf(message.application, message.store);
    const other = figures.get(part);
    figures.set(part, {
      entries: sum(other?.entries, message.entries === undefined ? undefined : int(message.entries)),
      restoreRemaining: int(message.restoreRemaining) + (other?.restoreRemaining ?? 0),
      restored: int(message.restored) + (other?.restored ?? 0),
    });
  }
  return figures;
}

function topicsOf({ topics = [] }: MetricsMessage, rate: RateOf<Messages<'topics'>>): Map<string, TopicFigures> {
  const figures = new Map<string, TopicFigures>();
  for (const message of topics) {
    const part = partOf(message.application, message.topic);
    const other = figures.get(part);
    figures.set(part, {
      lag: int(message.lag) + (other?.lag ?? 0),
      consumedPerSecond: sum(
        other?.consumedPerSecond,
        rate(message, (each) => each.consumedRecords),
      ),
      consumedBytesPerSecond: sum(
        other?.consumedBytesPerSecond,
        rate(message, (each) => each.consumedBytes),
      ),
      producedPerSecond: sum(
        other?.producedPerSecond,
        rate(message, (each) => each.producedRecords),
      ),
      producedBytesPerSecond: sum(
        other?.producedBytesPerSecond,
        rate(message, (each) => each.producedBytes),
      ),
    });
  }
  return figures;
}

function instancesOf({ instances = [] }: MetricsMessage, rate: RateOf<Messages<'instances'>>): InstanceFigures[] {
  return instances.map((message) => ({
    application: message.application ?? '',
    instanceId: message.instanceId ?? '',
    state: message.state ?? '',
    failure: message.failure ?? '',
    startTime: message.startTime,
    cpu: rate(message, ({ cpuSeconds }) => cpuSeconds),
    residentBytes: int(message.residentBytes),
    commitsPerSecond: rate(message, ({ commits }) => commits),
    commitFailures: int(message.commitFailures),
    rebalances: int(message.rebalances),
    deadLetters: int(message.deadLetters),
  }));
}

/** By instance; without those that started between the answers. */
function secondsBetween(before: MetricsMessage | undefined, now: MetricsMessage): Map<string, number> {
  const earlier = new Map(before?.instances?.map((message) => [instanceOf(message), message]));
  const seconds = new Map<string, number>();
  for (const message of now.instances ?? []) {
    const previous = earlier.get(instanceOf(message));
    if (!previous || previous.startTime !== message.startTime) continue;
    const elapsed = (Date.parse(message.observeTime ?? '') - Date.parse(previous.observeTime ?? '')) / 1_000;
    if (elapsed > 0) seconds.set(instanceOf(message), elapsed);
  }
  return seconds;
}

function instanceOf({ application, instanceId }: Part): string {
  return partOf(application, instanceId);
}

/** What is not known adds nothing; undefined where nothing is known. */
function sum(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined ? right : left + (right ?? 0);
}

function most(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.max(left, right);
}
