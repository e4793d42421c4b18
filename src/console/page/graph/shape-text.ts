import { formatCount, formatRate } from '../format/numbers.js';
import { nodeLabel, shortened } from '../format/node-label.js';
import { formatSpan } from '../format/time.js';
import type { Flow } from './flow.js';
import type { GraphShape, ShapeKind } from './graph-model.js';

/** Characters that fit into a shape. */
const TITLE_CHARACTERS = 19;

export const KIND_NAMES: Readonly<Record<ShapeKind, string>> = {
  topic: 'topic',
  source: 'source',
  processor: 'processor',
  store: 'store',
  sink: 'sink',
  connector: 'connector',
};

/** The two lines in a shape. */
export function shapeText(shape: GraphShape, flow: Flow): readonly [title: string, numbers: string] {
  const { title, number } = nodeLabel(shape.name);
  return [[shortened(title, TITLE_CHARACTERS), number].filter(Boolean).join(' '), numbersOf(shape, flow)];
}

/** What a screen reader says of a shape. */
export function shapeDescription(shape: GraphShape, flow: Flow): string {
  const { errors, dropped } = flow;
  return [
    `${KIND_NAMES[shape.kind]} ${shape.name}`,
    numbersOf(shape, flow),
    ...(errors > 0 ? [`${formatCount(errors)} errors`] : []),
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
  ].join(', ');
}

function numbersOf({ kind, store }: GraphShape, flow: Flow): string {
  if (kind === 'store') {
    if ((flow.restoreRemaining ?? 0) > 0) return `restoring, ${formatCount(flow.restoreRemaining)} left`;
    return flow.entries === undefined ? (store?.kind ?? 'store') : `${formatCount(flow.entries)} entries`;
  }
  const more = kind === 'topic' ? lagOf(flow) : latencyOf(flow);
  return [formatRate(flow.recordsPerSecond), ...more].join(' · ');
}

function lagOf({ lag }: Flow): string[] {
  return lag === undefined || lag === 0 ? [] : [`lag ${formatCount(lag)}`];
}

function latencyOf({ latencySeconds }: Flow): string[] {
  return latencySeconds === undefined ? [] : [formatSpan(latencySeconds * 1_000)];
}
