import type { StoreDefinition } from '../../state/store.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import type { Topology } from '../../topology/topology.js';
import { PassThroughProcessor } from '../../processor/stateless/pass-through.js';
import { tickedSupplier, type TickTopic } from './tick-topic.js';
import { GraphNode } from './graph-node.js';

/** One side of a stream-stream join: the node that remembers its records, and the one that joins them. */
export interface JoinSideNodes {
  readonly windowed: string;
  readonly join: string;
  readonly store: StoreDefinition;
  readonly supplier: ProcessorSupplier;
}

/** What lets records go by the wall clock that have found no other. */
export interface JoinClockNode {
  readonly name: string;
  readonly supplier: ProcessorSupplier;
  readonly ticks: TickTopic;
}

/** Joins two streams: a node for the records of each, and one that merges what they give. */
export class StreamJoinNode extends GraphNode {
  /** Both sides are one stream, which is kept once. */
  #selfJoin = false;

  constructor(
    mergeName: string,
    readonly left: JoinSideNodes,
    readonly right: JoinSideNodes,
    /** Where records wait that have found no other; undefined in an inner join. */
    readonly shared: StoreDefinition | undefined,
    readonly selfSupplier: ProcessorSupplier,
    readonly clock: JoinClockNode | undefined,
  ) {
    super(mergeName, { takesNullKeys: shared !== undefined });
  }

  /** Keeps the stream once, if it is joined with itself: the rule `single.store.self.join`. */
  joinItself(): void {
    const [parent, ...others] = this.parents;
    if (parent === undefined || others.length > 0) return;
    this.#selfJoin = true;
    for (const child of [...parent.children]) if (child.name === this.right.windowed) parent.removeChild(child);
  }

  writeTo(topology: Topology): void {
    const { left, right, shared } = this;
    if (this.#selfJoin) {
      topology
        .addProcessor(this.name, this.selfSupplier, { parents: left.windowed, arrival: 'any' })
        .addStateStore(left.store, left.windowed, this.name);
      return;
    }
    const clock = this.#writeClock(topology);
    topology
      .addProcessor(left.join, left.supplier, { parents: left.windowed, arrival: 'any' })
      .addProcessor(right.join, right.supplier, { parents: right.windowed, arrival: 'any' })
      .addProcessor(this.name, () => new PassThroughProcessor(), {
        parents: [left.join, right.join, ...clock],
        arrival: 'any',
      })
      .addStateStore(left.store, left.windowed, right.join)
      .addStateStore(right.store, right.windowed, left.join);
    if (shared !== undefined) topology.addStateStore(shared, left.join, right.join, ...clock);
  }

  /** Names the node of the clock, if there is one. */
  #writeClock(topology: Topology): readonly string[] {
    if (this.clock === undefined) return [];
    const { name, supplier, ticks } = this.clock;
    const parents = [...new Set([this.left.windowed, this.right.windowed]), ticks.source];
    ticks.writeSource(topology);
    topology.addProcessor(name, tickedSupplier(supplier, ticks.ticking), { parents, arrival: 'clock' });
    ticks.writeSink(topology, name);
    return [name];
  }
}
