import type { ShapeKind } from './graph-model.js';
import type { Box } from './geometry.js';

/** How deep the ends of cylinders and hexagons are. */
const DEPTH = 7;
const CORNER = 8;

/** The `d` of a shape's outline, from its top left corner: each kind has its own. */
export function shapeOutline(kind: ShapeKind, { width: w, height: h }: Pick<Box, 'width' | 'height'>): string {
  switch (kind) {
    case 'store':
      return `M0,${DEPTH}A${w / 2},${DEPTH} 0 0 1 ${w},${DEPTH}V${h - DEPTH}A${w / 2},${DEPTH} 0 0 1 0,${h - DEPTH}ZM0,${DEPTH}A${w / 2},${DEPTH} 0 0 0 ${w},${DEPTH}`;
    case 'topic':
      return `M${DEPTH},0H${w - DEPTH}A${DEPTH},${h / 2} 0 0 1 ${w - DEPTH},${h}H${DEPTH}A${DEPTH},${h / 2} 0 0 1 ${DEPTH},0ZM${w - DEPTH},0A${DEPTH},${h / 2} 0 0 0 ${w - DEPTH},${h}`;
    case 'source':
      return `M${h / 2},0H${w - CORNER}Q${w},0 ${w},${CORNER}V${h - CORNER}Q${w},${h} ${w - CORNER},${h}H${h / 2}A${h / 2},${h / 2} 0 0 1 ${h / 2},0Z`;
    case 'sink':
      return `M${CORNER},0H${w - h / 2}A${h / 2},${h / 2} 0 0 1 ${w - h / 2},${h}H${CORNER}Q0,${h} 0,${h - CORNER}V${CORNER}Q0,0 ${CORNER},0Z`;
    case 'connector':
      return `M${2 * DEPTH},0H${w - 2 * DEPTH}L${w},${h / 2}L${w - 2 * DEPTH},${h}H${2 * DEPTH}L0,${h / 2}Z`;
    case 'processor':
      return `M${CORNER},0H${w - CORNER}Q${w},0 ${w},${CORNER}V${h - CORNER}Q${w},${h} ${w - CORNER},${h}H${CORNER}Q0,${h} 0,${h - CORNER}V${CORNER}Q0,0 ${CORNER},0Z`;
  }
}
