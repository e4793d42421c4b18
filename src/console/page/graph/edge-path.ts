import type { Point } from './geometry.js';

/** How far from a corner a line begins to bend. */
const RADIUS = 14;

/** The `d` of a path along the points, with its corners rounded. */
export function edgePath(points: readonly Point[]): string {
  const [start] = points;
  const end = points.at(-1);
  if (!start || !end || points.length < 2) return '';
  const bends = points.slice(1, -1).map((corner, index) => {
    const [before, after] = [points[index], points[index + 2]];
    if (!before || !after) return '';
    return `L${at(towards(corner, before))}Q${at(corner)} ${at(towards(corner, after))}`;
  });
  return `M${at(start)}${bends.join('')}L${at(end)}`;
}

/** The middle of the longest straight, where a label stands. */
export function middleOf(points: readonly Point[]): Point {
  let longest = { x: 0, y: 0, length: -1 };
  points.slice(1).forEach((end, index) => {
    const start = points[index] ?? end;
    const length = distance(start, end);
    if (length > longest.length) longest = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2, length };
  });
  return { x: longest.x, y: longest.y };
}

/** A point on the way to another, no farther than half way. */
function towards(from: Point, to: Point): Point {
  const length = distance(from, to);
  const share = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function distance(left: Point, right: Point): number {
  return Math.hypot(left.x - right.x, left.y - right.y);
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
