import type { Flow } from './flow.js';
import type { GraphShape } from './graph-model.js';
import type { Box } from './geometry.js';
import { shapeOutline } from './shape-outline.js';
import { shapeDescription, shapeText } from './shape-text.js';

interface ShapeViewProps {
  readonly shape: GraphShape;
  readonly box: Box;
  readonly flow: Flow;
  readonly selected: boolean;
  /** Place in the trace that is shown, from 1; undefined: not reached. */
  readonly lit: number | undefined;
  readonly onSelect: (id: string) => void;
  readonly onFocus: (id: string) => void;
}

/** A node, store or topic, as a button. */
export function ShapeView({ shape, box, flow, selected, lit, onSelect, onFocus }: ShapeViewProps) {
  const [title, numbers] = shapeText(shape, flow);
  const classes = [
    'shape',
    shape.kind,
    selected && 'selected',
    lit !== undefined && 'lit',
    shape.internal && 'internal',
  ];
  const choose = (): void => {
    onSelect(shape.id);
  };
  return (
    <g
      class={classes.filter(Boolean).join(' ')}
      transform={`translate(${box.x},${box.y})`}
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      onClick={choose}
      onFocus={(event) => {
        if (event.currentTarget.matches(':focus-visible')) onFocus(shape.id);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose();
      }}
    >
      <title>{shapeDescription(shape, flow)}</title>
      <path class="outline" d={shapeOutline(shape.kind, box)} />
      <text class="shape-title" x={box.width / 2} y={box.height / 2 - (shape.kind === 'store' ? 0 : 3)}>
        {title}
      </text>
      <text class="shape-numbers" x={box.width / 2} y={box.height / 2 + (shape.kind === 'store' ? 16 : 14)}>
        {numbers}
      </text>
      <Badge flow={flow} width={box.width} />
      {lit !== undefined && <Order order={lit} />}
    </g>
  );
}

/** Errors before what was dropped: one of them is enough to look. */
function Badge({ flow: { errors, dropped }, width }: { readonly flow: Flow; readonly width: number }) {
  if (errors === 0 && dropped === 0) return null;
  const text = errors > 0 ? `${errors} !` : `${dropped} ✕`;
  const length = 12 + 7 * text.length;
  return (
    <g class={errors > 0 ? 'badge error' : 'badge dropped'} transform={`translate(${width - length + 6},-9)`}>
      <rect width={length} height="18" rx="9" />
      <text x={length / 2} y="13">
        {text}
      </text>
    </g>
  );
}

function Order({ order }: { readonly order: number }) {
  return (
    <g class="badge order" transform="translate(-9,-9)">
      <circle cx="10" cy="9" r="10" />
      <text x="10" y="13">
        {order}
      </text>
    </g>
  );
}
