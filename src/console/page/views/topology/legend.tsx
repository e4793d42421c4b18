import type { ShapeKind } from '../../graph/graph-model.js';
import { shapeOutline } from '../../graph/shape-outline.js';
import { KIND_NAMES } from '../../graph/shape-text.js';

const KINDS: readonly ShapeKind[] = ['topic', 'source', 'processor', 'store', 'sink', 'connector'];
const SIZE = { width: 34, height: 20 };

/** What the shapes of a drawing stand for. */
export function Legend() {
  return (
    <ul class="legend" aria-label="Shapes">
      {KINDS.map((kind) => (
        <li key={kind}>
          <svg viewBox="-1 -1 36 22" width="36" height="22" aria-hidden="true">
            <g class={`shape ${kind}`}>
              <path class="outline" d={shapeOutline(kind, SIZE)} />
            </g>
          </svg>
          {KIND_NAMES[kind]}
        </li>
      ))}
    </ul>
  );
}
