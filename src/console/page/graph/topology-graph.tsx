import { useCallback, useMemo, useState } from 'preact/hooks';
import type { TopologyJson } from '../api/topology-json.js';
import type { Figures } from '../live/figures.js';
import { Canvas } from './canvas.js';
import { EdgeView } from './edge-view.js';
import { edgeRate, shapeFlow } from './flow.js';
import { graphModel } from './graph-model.js';
import { layoutGraph } from './layout.js';
import { ShapeView } from './shape-view.js';

interface TopologyGraphProps {
  readonly application: string;
  readonly topology: TopologyJson;
  readonly figures: Figures | undefined;
  readonly selected: string | undefined;
  /** Shapes that a trace reached, with their places in it. */
  readonly lit?: ReadonlyMap<string, number> | undefined;
  readonly onSelect: (id: string | undefined) => void;
}

/** With more edges than this, lines that move would keep a weak machine busy. */
const MOST_ANIMATED_EDGES = 150;

/** Width over height of what is left of the window beside navigation and head. */
function aspect(): number {
  return Math.max(0.4, (innerWidth - (innerWidth > 760 ? 260 : 30)) / Math.max(200, innerHeight - 130));
}

/** The live drawing of a topology. */
export function TopologyGraph({ application, topology, figures, selected, lit, onSelect }: TopologyGraphProps) {
  const { model, layout, shapes } = useMemo(() => {
    const model = graphModel(topology);
    return {
      model,
      layout: layoutGraph(model, aspect()),
      shapes: new Map(model.shapes.map((each) => [each.id, each])),
    };
  }, [topology]);
  const [focused, setFocused] = useState<string>();
  const background = useCallback(() => {
    onSelect(undefined);
  }, [onSelect]);
  const animated = model.edges.length <= MOST_ANIMATED_EDGES;
  return (
    <Canvas
      label={`Topology of ${application}`}
      drawing={layout}
      reveal={layout.shapes.get(focused ?? '')}
      onBackground={background}
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0L8,4L0,8Z" />
        </marker>
      </defs>
      <g class={lit ? 'graph tracing' : 'graph'}>
        {model.groups.map(({ id, title }) => {
          const box = layout.groups.get(id);
          return (
            box && (
              <g key={id} class="group" transform={`translate(${box.x},${box.y})`}>
                <rect width={box.width} height={box.height} rx="12" />
                <text x="22" y="30">
                  {title}
                </text>
              </g>
            )
          );
        })}
        {model.edges.map((edge) => (
          <EdgeView
            key={edge.id}
            edge={edge}
            points={layout.edges.get(edge.id) ?? []}
            rate={edgeRate(application, edge, shapes, figures)}
            lit={lit?.has(edge.from) === true && lit.has(edge.to)}
            labelled={shapes.get(edge.from)?.kind === 'topic' || shapes.get(edge.to)?.kind === 'topic'}
            animated={animated}
          />
        ))}
        {model.shapes.map((shape) => {
          const box = layout.shapes.get(shape.id);
          return (
            box && (
              <ShapeView
                key={shape.id}
                shape={shape}
                box={box}
                flow={shapeFlow(application, shape, figures)}
                selected={selected === shape.id}
                lit={lit?.get(shape.id)}
                onSelect={onSelect}
                onFocus={setFocused}
              />
            )
          );
        })}
      </g>
    </Canvas>
  );
}
