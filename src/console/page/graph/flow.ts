import { partOf, type Figures } from '../live/figures.js';
import type { GraphEdge, GraphShape } from './graph-model.js';

/** What the drawing says of a shape or an edge now. */
export interface Flow {
  readonly recordsPerSecond: number | undefined;
  readonly errors: number;
  readonly dropped: number;
  readonly latencySeconds: number | undefined;
  /** Of topics: records that are not yet committed. */
  readonly lag?: number | undefined;
  /** Of stores. */
  readonly entries?: number | undefined;
  readonly restoreRemaining?: number | undefined;
}

const NOTHING: Flow = { recordsPerSecond: undefined, errors: 0, dropped: 0, latencySeconds: undefined };

/** A topic's name on the broker. */
export function brokerTopic(application: string, { name, internal }: Pick<GraphShape, 'name' | 'internal'>): string {
  return internal ? `${application}-${name}` : name;
}

export function shapeFlow(application: string, shape: GraphShape, figures: Figures | undefined): Flow {
  if (!figures) return NOTHING;
  if (shape.kind === 'topic') {
    const topic = figures.topics.get(partOf(application, brokerTopic(application, shape)));
    if (!topic) return NOTHING;
    const { consumedPerSecond, producedPerSecond, lag } = topic;
    return { ...NOTHING, recordsPerSecond: greater(consumedPerSecond, producedPerSecond), lag };
  }
  if (shape.kind === 'store') {
    const store = figures.stores.get(partOf(application, shape.name));
    return { ...NOTHING, entries: store?.entries, restoreRemaining: store?.restoreRemaining };
  }
  return figures.nodes.get(partOf(application, shape.name)) ?? NOTHING;
}

/** Records per second along an edge; undefined where they are not counted. */
export function edgeRate(
  application: string,
  { countedAt }: GraphEdge,
  shapes: ReadonlyMap<string, GraphShape>,
  figures: Figures | undefined,
): number | undefined {
  const shape = shapes.get(countedAt ?? '');
  return shape && shapeFlow(application, shape, figures).recordsPerSecond;
}

function greater(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.max(left, right);
}
