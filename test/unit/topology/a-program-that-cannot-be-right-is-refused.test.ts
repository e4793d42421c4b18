import { describe, expect, it } from '@jest/globals';
import type { Serde } from '../../../src/serde/serde.js';
import { keyValueStore, windowStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { TopologyError } from '../../../src/topology/topology-error.js';

const text: Serde<string> = {
  name: 'text',
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes, start, end) => bytes.toString('utf8', start, end),
};
const serdes = { key: text, value: text };
const idle = () => ({ process: () => undefined });
const logged = keyValueStore({ name: 'store', ...serdes });

function base(): Topology {
  return new Topology()
    .addSource('source', { topics: 'in', ...serdes })
    .addProcessor('processor', idle, { parents: 'source' })
    .addSink('sink', { topic: 'out', ...serdes, parents: 'processor' })
    .addStateStore(logged, 'processor');
}

const global = { ...serdes, topic: 'g', sourceName: 'gs', processorName: 'gp', supplier: idle };

const refused: readonly [string, string, (topology: Topology) => unknown][] = [
  ['a name twice', 'NODE_NAME_TAKEN', (t) => t.addProcessor('source', idle, { parents: 'source' })],
  ['a source without topic', 'NO_TOPIC', (t) => t.addSource('x', serdes)],
  ['a topic read twice', 'TOPIC_ALREADY_REGISTERED', (t) => t.addSource('x', { topics: 'in', ...serdes })],
  ['a pattern over a topic', 'TOPIC_ALREADY_REGISTERED', (t) => t.addSource('x', { pattern: /i./, ...serdes })],
  ['a processor without parent', 'NO_PARENT', (t) => t.addProcessor('x', idle, { parents: [] })],
  ['an unknown parent', 'UNKNOWN_PARENT', (t) => t.addSink('x', { topic: 'out', ...serdes, parents: 'nobody' })],
  ['a node as its own parent', 'UNKNOWN_PARENT', (t) => t.addProcessor('x', idle, { parents: 'x' })],
  ['a sink as parent', 'PARENT_IS_SINK', (t) => t.addProcessor('x', idle, { parents: 'sink' })],
  ['an unknown store', 'STORE_NOT_ADDED', (t) => t.connectProcessorAndStateStores('processor', 'nope')],
  ['a store of an unknown node', 'NODE_NOT_ADDED', (t) => t.addStateStore(logged, 'nobody')],
  ['a store of a sink', 'STORE_NOT_CONNECTABLE', (t) => t.addStateStore(logged, 'sink')],
  ['two stores of one name', 'STORE_NAME_TAKEN', (t) => t.addStateStore({ ...logged, storage: 'memory' })],
  [
    'a global store with a changelog',
    'GLOBAL_STORE_LOGGED',
    (t) => t.addGlobalStore({ ...global, store: { ...logged, name: 'g' } }),
  ],
  [
    'a global store of a taken name',
    'STORE_NAME_TAKEN',
    (t) => t.addGlobalStore({ ...global, store: { ...logged, logging: false } }),
  ],
  ['a store with a blank in its name', 'INVALID_NAME', () => keyValueStore({ name: 'a b', ...serdes })],
  [
    'windows longer than they are kept',
    'RETENTION_TOO_SHORT',
    () => windowStore({ name: 'w', ...serdes, retention: 5, windowSize: '1s' }),
  ],
];

describe('a topology refuses', () => {
  it.each(refused)('%s (%s)', (_, code, act) => {
    expect(() => act(base())).toThrow(expect.objectContaining({ code, kind: 'invalid', name: 'TopologyError' }));
  });

  it('joined repartition topics of different partition counts', () => {
    const topology = new Topology()
      .addRepartitionTopic('left', 2)
      .addRepartitionTopic('right', 3)
      .addSource('l', { topics: 'left', ...serdes })
      .addSource('r', { topics: 'right', ...serdes })
      .copartitionSources(['l', 'r']);
    expect(() => topology.build()).toThrow(TopologyError);
    expect(() => topology.build()).toThrow('[{left=2, right=3}]');
  });

  it('nothing when one definition connects two nodes', () => {
    expect(() =>
      base().addProcessor('again', idle, { parents: 'source' }).addStateStore(logged, 'again'),
    ).not.toThrow();
  });
});
