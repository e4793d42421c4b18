import type { Box, Point } from './geometry.js';
import type { GraphEdge } from './graph-model.js';

/** Which way a drawing runs: from top to bottom, or from left to right. */
export type Direction = 'TB' | 'LR';

/** Where shapes and sub-topologies stand. */
export interface Places {
  readonly shapes: ReadonlyMap<string, Box>;
  readonly groupOf: ReadonlyMap<string, number | undefined>;
  readonly groups: ReadonlyMap<number, Box>;
}

/** Between a line and what it passes. */
const GAP = 12;
/** Between lines that pass the same corner. */
const SPACING = 5;

/** A curve from the side where the flow leaves a shape to the side where it enters the next one. */
export function straight({ from, to }: GraphEdge, { shapes }: Places, direction: Direction): readonly Point[] {
  const [left, right] = boxes([shapes.get(from), shapes.get(to)], direction);
  if (!left || !right) return [];
  const start = { x: left.x + left.width / 2, y: left.y + left.height };
  const end = { x: right.x + right.width / 2, y: right.y };
  const reach = Math.max(30, Math.abs(end.y - start.y) / 2);
  return turned([start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end], direction);
}

/**
 * Around the other shapes of a sub-topology that runs across the drawing: out by its far side, then on to the topic; from
 * the topic in by its near side.
 * @param used how many lines pass each sub-topology already, to keep them apart
 */
export function around(
  edge: GraphEdge,
  places: Places,
  direction: Direction,
  used: Map<string, number>,
): readonly Point[] {
  const { shapes, groupOf, groups } = places;
  const leaves = groups.get(groupOf.get(edge.from) ?? NaN);
  const enters = groups.get(groupOf.get(edge.to) ?? NaN);
  if (leaves && enters) return straight(edge, places, direction);
  const [from, to, group] = boxes([shapes.get(edge.from), shapes.get(edge.to), leaves ?? enters], direction);
  if (!from || !to || !group) return [];
  const passing = `${leaves ? 'out of' : 'into'} ${groupOf.get(leaves ? edge.from : edge.to) ?? ''}`;
  const aside = SPACING * (used.get(passing) ?? 0);
  used.set(passing, (used.get(passing) ?? 0) + 1);
  return turned(leaves ? wayOut(from, to, group, aside) : wayIn(from, to, group, aside), direction);
}

function wayOut(from: Box, to: Box, group: Box, aside: number): readonly Point[] {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x + to.width / 2, y: to.y };
  const [side, below] = [group.x + group.width - GAP + aside, group.y + group.height + GAP + aside];
  return [start, { x: side, y: start.y }, { x: side, y: below }, { x: end.x, y: below }, end];
}

function wayIn(from: Box, to: Box, group: Box, aside: number): readonly Point[] {
  const start = { x: from.x + from.width / 2, y: from.y + from.height };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const [side, above] = [group.x + GAP - aside, group.y - GAP - aside];
  return [start, { x: start.x, y: above }, { x: side, y: above }, { x: side, y: end.y }, end];
}

/** Everything here is said of a drawing that runs from top to bottom; another one is turned, and back. */
function boxes(given: readonly (Box | undefined)[], direction: Direction): readonly (Box | undefined)[] {
  if (direction === 'TB') return given;
  return given.map((box) => box && { x: box.y, y: box.x, width: box.height, height: box.width });
}

function turned(points: readonly Point[], direction: Direction): readonly Point[] {
  return direction === 'TB' ? points : points.map(({ x, y }) => ({ x: y, y: x }));
}
