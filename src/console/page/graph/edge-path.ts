import type { Point } from './layout.js';

/** The `d` of a path that starts and ends where the points do and is bent by those between. */
export function edgePath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.at(-1);
  if (!start || !end) return '';
  const bends = rest.slice(0, -1);
  let path = `M${at(start)}`;
  bends.forEach((bend, index) => {
    const next = bends[index + 1];
    const until = next ? { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 } : end;
    path += `Q${at(bend)} ${at(until)}`;
  });
  return bends.length === 0 ? `${path}L${at(end)}` : path;
}

/** Half way along the points, where a label stands. */
export function middleOf(points: readonly Point[]): Point {
  const [left, right] = [points[Math.floor((points.length - 1) / 2)], points[Math.ceil((points.length - 1) / 2)]];
  if (!left || !right) return { x: 0, y: 0 };
  return { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
