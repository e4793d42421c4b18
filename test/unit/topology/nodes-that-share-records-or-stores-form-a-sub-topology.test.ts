import { describe, expect, it } from '@jest/globals';
import type { Serde } from '../../../src/serde/serde.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';

const text: Serde<string> = {
  name: 'text',
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes, start, end) => bytes.toString('utf8', start, end),
};
const serdes = { key: text, value: text };
const idle = () => ({ process: () => undefined });

function twoPipes(): Topology {
  return new Topology()
    .addSource('s1', { topics: 'in1', ...serdes })
    .addProcessor('p1', idle, { parents: 's1' })
    .addSource('s2', { topics: 'in2', ...serdes })
    .addProcessor('p2', idle, { parents: 's2' });
}

describe('sub-topologies', () => {
  it('keep apart what nothing connects, in the order of the first nodes', () => {
    const { subTopologies } = twoPipes().build();
    expect(subTopologies.map(({ id, nodes }) => [id, nodes.map(({ name }) => name)])).toEqual([
      [0, ['s1', 'p1']],
      [1, ['s2', 'p2']],
    ]);
  });

  it('join what uses one store, and list that store once', () => {
    const topology = twoPipes().addStateStore(keyValueStore({ name: 'store', ...serdes }), 'p1', 'p2');
    const { subTopologies } = topology.build();
    expect(subTopologies).toHaveLength(1);
    expect(subTopologies[0]!.stores.map(({ name }) => name)).toEqual(['store']);
  });

  it('do not join a global store with those who read it', () => {
    const store = keyValueStore({ name: 'global', ...serdes, logging: false });
    const topology = twoPipes().addGlobalStore({
      store,
      topic: 'everywhere',
      ...serdes,
      sourceName: 'gs',
      processorName: 'gp',
      supplier: idle,
    });
    const built = topology.build();
    expect(built.subTopologies.map(({ id }) => id)).toEqual([0, 1]);
    expect(built.globalStores.map(({ id, store: { name } }) => [id, name])).toEqual([[2, 'global']]);
  });

  it('are cut by a repartition topic, which belongs to its reader', () => {
    const built = new Topology()
      .addSource('s', { topics: 'in', ...serdes })
      .addSink('out', { topic: 'again', ...serdes, parents: 's' })
      .addRepartitionTopic('again', 4)
      .addSource('s2', { topics: 'again', ...serdes })
      .addProcessor('p', idle, { parents: 's2' })
      .build();
    expect(built.subTopologies.map(({ repartitionTopics }) => repartitionTopics)).toEqual([
      [],
      [{ name: 'again', partitions: 4 }],
    ]);
  });

  it('are frozen', () => {
    const [first] = twoPipes().build().subTopologies;
    expect([first, first!.nodes, ...first!.nodes].every((part) => Object.isFrozen(part))).toBe(true);
  });
});
