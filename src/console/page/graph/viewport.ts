import type { Point } from './geometry.js';

/** What a window shows of a drawing: `screen = drawing * zoom + offset`. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST_ZOOM = 0.05;
const MOST_ZOOM = 3;
/** A small graph is not blown up. */
const MOST_FIT_ZOOM = 1.15;
const MARGIN = 16;

/** All of a drawing, in the middle. */
export function fitted(drawing: Size, window: Size): Viewport {
  const wide = (window.width - 2 * MARGIN) / Math.max(1, drawing.width);
  const high = (window.height - 2 * MARGIN) / Math.max(1, drawing.height);
  const zoom = Math.max(LEAST_ZOOM, Math.min(MOST_FIT_ZOOM, wide, high));
  return { zoom, x: (window.width - drawing.width * zoom) / 2, y: (window.height - drawing.height * zoom) / 2 };
}

/** Nearer or farther by a factor; what is under `point` of the window stays there. */
export function zoomedAt({ x, y, zoom }: Viewport, point: Point, factor: number): Viewport {
  const next = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, zoom * factor));
  const change = next / zoom;
  return { zoom: next, x: point.x - (point.x - x) * change, y: point.y - (point.y - y) * change };
}

export function panned({ x, y, zoom }: Viewport, by: Point): Viewport {
  return { zoom, x: x + by.x, y: y + by.y };
}
