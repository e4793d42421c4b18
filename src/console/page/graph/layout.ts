import { Graph, layout as dagre, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import type { GraphModel, GraphShape, ShapeKind } from './graph-model.js';
import type { Box, Point } from './geometry.js';
import { around, straight, type Direction } from './edge-route.js';

/** Where everything stands, in pixels at zoom 1. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly shapes: ReadonlyMap<string, Box>;
  readonly groups: ReadonlyMap<number, Box>;
  /** Points that an edge passes, from border to border. */
  readonly edges: ReadonlyMap<string, readonly Point[]>;
}

const SIZES: Readonly<Record<ShapeKind, readonly [width: number, height: number]>> = {
  topic: [176, 44],
  source: [158, 48],
  processor: [158, 48],
  store: [158, 56],
  sink: [158, 48],
  connector: [158, 48],
};
const PADDING = 24;
const TITLE = 18;
/** Up to here every direction is tried, which takes a few milliseconds each. */
const FEW_SHAPES = 120;

/**
 * Places a graph: the inside of each sub-topology first, then sub-topologies and topics as wholes. Of the directions that
 * it may run in, the one that fills a window of that shape best is taken.
 * @param aspect width of the window over its height
 */
export function layoutGraph(model: GraphModel, aspect: number): GraphLayout {
  const directions: readonly (readonly [Direction, Direction])[] =
    model.shapes.length > FEW_SHAPES ? [['LR', 'TB']] : [['LR', 'TB'], ['TB', 'LR'], ['LR', 'LR'], ['TB', 'TB']]; // prettier-ignore
  const layouts = directions.map(([inner, outer]) => place(model, inner, outer));
  const scale = ({ width, height }: GraphLayout): number => Math.min(aspect / width, 1 / height);
  return layouts.reduce((best, other) => (scale(other) > scale(best) * 1.1 ? other : best));
}

function place(model: GraphModel, inner: Direction, outer: Direction): GraphLayout {
  const parts = new Map(model.groups.map(({ id }) => [id, placeGroup(model, id, inner)]));
  const groupOf = new Map(model.shapes.map(({ id, subTopology }) => [id, subTopology]));
  const whole = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  whole.setGraph({ rankdir: outer, nodesep: 24, ranksep: 42, marginx: 8, marginy: 8 });
  for (const [id, { width, height }] of parts) whole.setNode(String(id), { width, height });
  for (const { id } of topicsIn(model)) whole.setNode(id, { width: SIZES.topic[0], height: SIZES.topic[1] });
  const between = model.edges.filter(({ from, to }) => groupOf.get(from) !== groupOf.get(to));
  const vertex = (shape: string): string => String(groupOf.get(shape) ?? shape);
  for (const { id, from, to } of between) whole.setEdge(vertex(from), vertex(to), {}, id);
  dagre(whole);

  const used = new Map<string, number>();
  const shapes = new Map<string, Box>();
  const groups = new Map<number, Box>();
  const edges = new Map<string, readonly Point[]>();
  for (const { id } of topicsIn(model)) shapes.set(id, boxOf(whole.node(id)));
  for (const [id, part] of parts) {
    const box = boxOf(whole.node(String(id)));
    groups.set(id, box);
    for (const [shape, at] of part.shapes) shapes.set(shape, { ...at, ...moved(at, box) });
    for (const [edge, points] of part.edges) edges.set(edge, points.map((point) => moved(point, box))); // prettier-ignore
  }
  const route = inner === outer ? straight : around;
  for (const edge of between) edges.set(edge.id, route(edge, { shapes, groupOf, groups }, outer, used));
  const { width = 0, height = 0 } = whole.graph();
  return { width, height, shapes, groups, edges };
}

/** The inside of one sub-topology, from its top left corner. */
function placeGroup(model: GraphModel, group: number, rankdir: Direction): Omit<GraphLayout, 'groups'> {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir, nodesep: 16, ranksep: 28 });
  const own = model.shapes.filter(({ subTopology }) => subTopology === group);
  const ids = new Set(own.map(({ id }) => id));
  for (const { id, kind } of own) graph.setNode(id, { width: SIZES[kind][0], height: SIZES[kind][1] });
  const edges = model.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === 'flow' ? 4 : 1 });
  dagre(graph);
  const origin = { x: PADDING, y: PADDING + TITLE };
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: width + 2 * PADDING,
    height: height + 2 * PADDING + TITLE,
    shapes: new Map(own.map(({ id }) => [id, shifted(boxOf(graph.node(id)), origin)])),
    edges: new Map(
      edges.map(({ id, from, to }) => {
        const { points = [] } = graph.edge(from, to);
        return [id, points.map((point: Point) => moved(point, origin))];
      }),
    ),
  };
}

function topicsIn({ shapes }: GraphModel): readonly GraphShape[] {
  return shapes.filter(({ kind }) => kind === 'topic');
}

/** dagre tells of centres. */
function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function moved({ x, y }: Point, by: Point): Point {
  return { x: x + by.x, y: y + by.y };
}

function shifted(box: Box, by: Point): Box {
  return { ...box, ...moved(box, by) };
}
