import type { BuiltTopology } from './node.js';
import { topologyToJson, type NodeJson, type SubTopologyJson } from './topology-json.js';

/** The program as a Mermaid flow chart: a box per sub-topology, topics between them, stores beside their processors. */
export function topologyToMermaid(topology: BuiltTopology): string {
  const chart = new Chart();
  for (const part of topologyToJson(topology).subTopologies) chart.addSubTopology(part);
  return chart.text();
}

class Chart {
  readonly #ids = new Map<string, string>();
  readonly #boxes: string[] = [];
  readonly #shapes: string[] = [];
  readonly #links: string[] = [];

  addSubTopology({ id, global, nodes, edges, stores }: SubTopologyJson): void {
    this.#boxes.push(`  subgraph s${id}["${global ? 'Global store' : 'Sub-topology'} ${id}"]`);
    for (const node of nodes) this.#boxes.push(`    ${this.#id('node', node.name)}["${label(node.name)}"]`);
    for (const store of stores) this.#boxes.push(`    ${this.#id('store', store.name)}[("${label(store.name)}")]`);
    this.#boxes.push('  end');
    for (const node of nodes) this.#linkOutside(node);
    for (const { from, to } of edges) this.#link(this.#id('node', from), '-->', this.#id('node', to));
  }

  text(): string {
    return ['flowchart TD', ...this.#boxes, ...this.#shapes, ...this.#links, ''].join('\n');
  }

  #linkOutside(node: NodeJson): void {
    const id = this.#id('node', node.name);
    for (const store of node.stores ?? []) this.#link(id, '-.-', this.#id('store', store));
    const topics = node.topics ?? (node.pattern === undefined ? [] : [`/${node.pattern}/`]);
    for (const topic of topics) {
      if (node.kind === 'source') this.#link(this.#topic(topic), '-->', id);
      else this.#link(id, '-->', this.#topic(topic));
    }
    if (node.dynamicTopic) this.#link(id, '-->', this.#topic('(chosen per record)'));
  }

  #topic(name: string): string {
    const known = this.#ids.has(`topic ${name}`);
    const id = this.#id('topic', name);
    if (!known) this.#shapes.push(`  ${id}[/"${label(name)}"/]`);
    return id;
  }

  #link(from: string, arrow: string, to: string): void {
    this.#links.push(`  ${from} ${arrow} ${to}`);
  }

  /** Short ids, since names may hold what Mermaid's own syntax uses. */
  #id(kind: 'node' | 'store' | 'topic', name: string): string {
    const key = `${kind} ${name}`;
    const id = this.#ids.get(key) ?? `${kind[0] ?? ''}${this.#ids.size}`;
    this.#ids.set(key, id);
    return id;
  }
}

function label(name: string): string {
  return name.replaceAll('"', '#quot;');
}
