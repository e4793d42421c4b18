import { Graph, layout as dagre, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import type { GraphEdge, GraphModel, GraphShape, ShapeKind } from './graph-model.js';

/** A rectangle by its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything stands, in pixels at zoom 1. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly shapes: ReadonlyMap<string, Box>;
  readonly groups: ReadonlyMap<number, Box>;
  /** Points that an edge passes, from border to border. */
  readonly edges: ReadonlyMap<string, readonly Point[]>;
}

type Direction = 'TB' | 'LR';

const SIZES: Readonly<Record<ShapeKind, readonly [width: number, height: number]>> = {
  topic: [184, 44],
  source: [172, 48],
  processor: [172, 48],
  store: [172, 54],
  sink: [172, 48],
  connector: [172, 48],
};
const PADDING = 18;
const TITLE = 26;
/** Up to here every direction is tried, which takes a few milliseconds each. */
const FEW_SHAPES = 120;

/**
 * Places a graph: the inside of each sub-topology first, then sub-topologies and topics as wholes. Of the directions that
 * it may run in, the one that fills a window of that shape best is taken.
 * @param aspect width of the window over its height
 */
export function layoutGraph(model: GraphModel, aspect: number): GraphLayout {
  const directions: readonly (readonly [Direction, Direction])[] =
    model.shapes.length > FEW_SHAPES ? [['TB', 'LR']] : [['TB', 'LR'], ['LR', 'TB'], ['LR', 'LR']]; // prettier-ignore
  const layouts = directions.map(([inner, outer]) => place(model, inner, outer));
  const scale = ({ width, height }: GraphLayout): number => Math.min(aspect / width, 1 / height);
  return layouts.reduce((best, other) => (scale(other) > scale(best) * 1.1 ? other : best));
}

function place(model: GraphModel, inner: Direction, outer: Direction): GraphLayout {
  const parts = new Map(model.groups.map(({ id }) => [id, placeGroup(model, id, inner)]));
  const groupOf = new Map(model.shapes.map(({ id, subTopology }) => [id, subTopology]));
  const whole = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  whole.setGraph({ rankdir: outer, nodesep: 28, ranksep: 56, marginx: 20, marginy: 20 });
  for (const [id, { width, height }] of parts) whole.setNode(String(id), { width, height });
  for (const { id } of topicsIn(model)) whole.setNode(id, { width: SIZES.topic[0], height: SIZES.topic[1] });
  const between = model.edges.filter(({ from, to }) => groupOf.get(from) !== groupOf.get(to));
  const vertex = (shape: string): string => String(groupOf.get(shape) ?? shape);
  for (const { id, from, to } of between) whole.setEdge(vertex(from), vertex(to), {}, id);
  dagre(whole);

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
  for (const edge of between) edges.set(edge.id, spanned(edge, shapes, outer));
  const { width = 0, height = 0 } = whole.graph();
  return { width, height, shapes, groups, edges };
}

/** The inside of one sub-topology, from its top left corner. */
function placeGroup(model: GraphModel, group: number, rankdir: Direction): Omit<GraphLayout, 'groups'> {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir, nodesep: 22, ranksep: 34 });
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
        return [id, points.map((point) => moved(point, origin))];
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

/** From the side where the flow leaves a shape to the side where it enters the next one. */
function spanned({ from, to }: GraphEdge, shapes: ReadonlyMap<string, Box>, direction: Direction): readonly Point[] {
  const [left, right] = [shapes.get(from), shapes.get(to)];
  if (!left || !right) return [];
  if (direction === 'LR') {
    const start = { x: left.x + left.width, y: left.y + left.height / 2 };
    const end = { x: right.x, y: right.y + right.height / 2 };
    const reach = Math.max(40, Math.abs(end.x - start.x) / 2);
    return [start, { x: start.x + reach, y: start.y }, { x: end.x - reach, y: end.y }, end];
  }
  const start = { x: left.x + left.width / 2, y: left.y + left.height };
  const end = { x: right.x + right.width / 2, y: right.y };
  const reach = Math.max(30, Math.abs(end.y - start.y) / 2);
  return [start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end];
}
