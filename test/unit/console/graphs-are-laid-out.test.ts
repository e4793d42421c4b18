import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeJson, SubTopologyJson, TopologyJson } from '../../../src/console/page/api/topology-json.js';
import type { Box } from '../../../src/console/page/graph/geometry.js';
import { graphModel, shapeIds } from '../../../src/console/page/graph/graph-model.js';
import { layoutGraph } from '../../../src/console/page/graph/layout.js';

/** A chain from a topic to the next one, with a store half way and a branch. */
function chain(id: number, length: number): SubTopologyJson {
  const name = (index: number): string => `node-${id}-${index}`;
  const nodes = Array.from({ length }, (_, index): NodeJson => {
    if (index === 0) return { name: name(index), kind: 'source', topics: [`topic-${id}`] };
    if (index === length - 1) return { name: name(index), kind: 'sink', topics: [`topic-${id + 1}`] };
    return { name: name(index), kind: 'processor', stores: index === 1 ? [`store-${id}`] : [] };
  });
  const edges = nodes
    .slice(1)
    .map((_, index) => ({ from: name(Math.max(0, index - (index % 3 === 2 ? 1 : 0))), to: name(index + 1) }));
  const store = { name: `store-${id}`, kind: 'keyValue', keySerde: 'string', valueSerde: 'json', storage: 'leveldb', caching: true, logging: true }; // prettier-ignore
  return { id, global: false, nodes, edges, stores: [store], repartitionTopics: id > 0 ? [`topic-${id}`] : [] };
}

function topology(parts: number, length: number): TopologyJson {
  return { subTopologies: Array.from({ length: parts }, (_, id) => chain(id, length)) };
}

function overlap(left: Box, right: Box): boolean {
  const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || a.y + a.height <= b.y;
  return !apart(left, right) && !apart(right, left);
}

describe('the layout of a graph', () => {
  const graphs = fc.record({ parts: fc.integer({ min: 1, max: 5 }), length: fc.integer({ min: 3, max: 9 }), aspect: fc.double({ min: 0.4, max: 3, noNaN: true }) }); // prettier-ignore

  it('puts no shape onto another, and each inside of its sub-topology', () => {
    fc.assert(
      fc.property(graphs, ({ parts, length, aspect }) => {
        const model = graphModel(topology(parts, length));
        const layout = layoutGraph(model, aspect);
        const boxes = model.shapes.map(({ id }) => layout.shapes.get(id)!);
        boxes.forEach((box, index) => {
          expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([]);
        });
        for (const { id, subTopology } of model.shapes.filter((each) => each.subTopology !== undefined)) {
          const [inner, outer] = [layout.shapes.get(id)!, layout.groups.get(subTopology!)!];
          expect(inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width).toBe(true);
          expect(inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('draws every edge from the border of one shape to the border of another', () => {
    const model = graphModel(topology(3, 5));
    const { edges, shapes } = layoutGraph(model, 1.6);
    for (const { id, from, to } of model.edges) {
      const points = edges.get(id)!;
      expect([touches(shapes.get(from)!, points[0]!), touches(shapes.get(to)!, points.at(-1)!)]).toEqual([true, true]);
    }
  });

  it('is found for 300 nodes', () => {
    const model = graphModel(topology(30, 10));
    expect(layoutGraph(model, 1.6).shapes.size).toBe(300 + 30 + 31);
  });
});

describe('the model of a graph', () => {
  it('has topics and stores as shapes, and knows repartition topics', () => {
    const { shapes } = graphModel(topology(2, 4));
    expect(shapes.filter(({ kind }) => kind === 'topic').map(({ name, internal }) => [name, internal])).toEqual([
      ['topic-0', false],
      ['topic-1', true],
      ['topic-2', false],
    ]);
    expect(shapes.filter(({ kind }) => kind === 'store')).toHaveLength(2);
  });

  it('says where an edge is counted, and that it is not where several meet', () => {
    const nodes: NodeJson[] = ['a', 'b'].map((name) => ({ name, kind: 'source', topics: [name] }));
    const merged: NodeJson = { name: 'merge', kind: 'processor', stores: [] };
    const edges = [{ from: 'a', to: 'merge' }, { from: 'b', to: 'merge' }]; // prettier-ignore
    const model = graphModel({ subTopologies: [{ id: 0, global: false, nodes: [...nodes, merged], edges, stores: [], repartitionTopics: [] }] }); // prettier-ignore
    const counted = new Map(model.edges.map(({ from, countedAt }) => [from, countedAt]));
    expect(counted.get(shapeIds.topic('a'))).toBe(shapeIds.node('a'));
    expect(counted.get(shapeIds.node('a'))).toBeUndefined();
  });
});

function touches({ x, y, width, height }: Box, point: { readonly x: number; readonly y: number }): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 1;
  const beside = point.x > x - 1 && point.x < x + width + 1 && point.y > y - 1 && point.y < y + height + 1;
  return beside && (near(point.x, x) || near(point.x, x + width) || near(point.y, y) || near(point.y, y + height));
}
