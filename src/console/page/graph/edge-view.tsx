import { formatRate } from '../format/numbers.js';
import { edgePath, middleOf } from './edge-path.js';
import type { GraphEdge } from './graph-model.js';
import type { Point } from './geometry.js';

interface EdgeViewProps {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  readonly rate: number | undefined;
  readonly lit: boolean;
  /** Edges to and from topics say how much passes; inside, nodes do. */
  readonly labelled: boolean;
  readonly animated: boolean;
}

/** What flows from a shape to another: thicker and faster the more it is. */
export function EdgeView({ edge, points, rate, lit, labelled, animated }: EdgeViewProps) {
  const path = edgePath(points);
  const level = pulseLevel(rate);
  const at = middleOf(points);
  return (
    <g class={['edge', edge.kind, lit && 'lit'].filter(Boolean).join(' ')}>
      <path class="line" d={path} marker-end={edge.kind === 'flow' ? 'url(#arrow)' : undefined} />
      {level > 0 && animated && <path class={`pulse pulse-${level}`} d={path} />}
      {labelled && rate !== undefined && rate > 0 && (
        <text class="edge-rate" x={at.x} y={at.y - 5}>
          {formatRate(rate)}
        </text>
      )}
    </g>
  );
}

/** 0: nothing flows; 1 to 4: up to 1, 10, 100, and more records a second. */
function pulseLevel(rate = 0): 0 | 1 | 2 | 3 | 4 {
  if (rate <= 0) return 0;
  if (rate <= 1) return 1;
  if (rate <= 10) return 2;
  return rate <= 100 ? 3 : 4;
}
