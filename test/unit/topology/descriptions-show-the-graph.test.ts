import { describe, expect, it } from '@jest/globals';
import type { Serde } from '../../../src/serde/serde.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { topologyToJson } from '../../../src/topology/topology-json.js';
import { topologyToMermaid } from '../../../src/topology/topology-mermaid.js';

const text: Serde<string> = {
  name: 'text',
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes, start, end) => bytes.toString('utf8', start, end),
};
const serdes = { key: text, value: text };
const idle = () => ({ process: () => undefined });

const built = new Topology()
  .addSource('source', { topics: ['in1', 'in2'], ...serdes })
  .addProcessor('a', idle, { parents: 'source' })
  .addProcessor('z', idle, { parents: 'source' })
  .addSink('sink', { topic: 'out', ...serdes, parents: 'z' })
  .addStateStore(keyValueStore({ name: 'store', ...serdes }), 'a')
  .build();

describe('describe()', () => {
  it('gives the text of Kafka Streams: larger branches first, topics in the order of a hash set', () => {
    expect(built.describe()).toBe(
      `Topologies:
   Sub-topology: 0
    Source: source (topics: [in2, in1])
      --> z, a
    Processor: z (stores: [])
      --> sink
      <-- source
    Processor: a (stores: [store])
      --> none
      <-- source
    Sink: sink (topic: out)
      <-- z

`,
    );
  });

  it('shows a pattern as it was given, and matches whole names', () => {
    const topology = new Topology().addSource('s', { pattern: /in-.*/, ...serdes }).build();
    expect(topology.describe()).toContain('Source: s (topics: in-.*)');
    const [source] = topology.subTopologies[0]!.nodes;
    const matches = (topic: string) => source!.kind === 'source' && source!.pattern?.test(topic);
    expect([matches('in-a'), matches('not-in-a')]).toEqual([true, false]);
  });
});

describe('the JSON and Mermaid descriptions', () => {
  it('hold nodes, edges, stores and topics', () => {
    const [part] = topologyToJson(built).subTopologies;
    expect(part!.nodes.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'source source',
      'processor a',
      'processor z',
      'sink sink',
    ]);
    expect(part!.edges).toContainEqual({ from: 'source', to: 'a' });
    expect(part!.stores).toEqual([
      expect.objectContaining({ name: 'store', kind: 'keyValue', keySerde: 'text', logging: true }),
    ]);
  });

  it('draw topics as their own shapes, linked to who reads and writes them', () => {
    const mermaid = topologyToMermaid(built);
    expect(mermaid.split('\n')[0]).toBe('flowchart TD');
    expect(mermaid).toContain('[/"in1"/]');
    expect(mermaid).toMatch(/n\d -\.- s\d/);
  });
});
