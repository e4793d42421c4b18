import { bytes } from '../../serde/primitives.js';
import type { Closable, Ticking } from '../../processor/window/ticked.js';
import { TickedProcessor, TickOutputProcessor } from '../../processor/window/ticked.js';
import type { ClosingClock } from '../../processor/window/close-on.js';
import type { Processor, ProcessorSupplier } from '../../topology/processor.js';
import { failOnInvalidTimestamp } from '../../topology/timestamp-extractors.js';
import { ticks, type Tick } from '../../topology/tick.js';
import type { Topology } from '../../topology/topology.js';

/** The topic of one operator's ticks, and the nodes around it: a source above the operator, an output and a sink below. */
export class TickTopic {
  readonly topic: string;
  readonly source: string;
  readonly ticking: Ticking;
  #sourceOf: Topology | undefined;

  constructor(storeName: string, clock: ClosingClock) {
    this.topic = `${storeName}-ticks`;
    this.source = `${this.topic}-source`;
    this.ticking = { clock, child: `${this.topic}-output` };
  }

  /** Adds the source, above the first operator that reads it. */
  writeSource(topology: Topology): void {
    if (this.#sourceOf === topology) return;
    this.#sourceOf = topology;
    const options = { topics: this.topic, key: bytes(), value: ticks, timestampExtractor: failOnInvalidTimestamp };
    topology.addTickTopic(this.topic).addSource(this.source, options);
  }

  /** Adds output and sink, below the operator that the ticks come from. */
  writeSink(topology: Topology, operator: string): void {
    const { topic } = this;
    const output = this.ticking.child;
    const partitioner = (_topic: string, _key: unknown, { partition }: Tick): number => partition;
    topology
      .addProcessor(output, () => new TickOutputProcessor(), { parents: operator, arrival: 'any' })
      .addSink(`${topic}-sink`, { topic, key: bytes(), value: ticks, partitioner, parents: output });
  }
}

/** Makes an operator's processors take ticks; with `ticking` they write them too. */
export function tickedSupplier(supplier: ProcessorSupplier, ticking: Ticking | undefined): ProcessorSupplier {
  // Only what closes windows is given tick topics.
  return () => new TickedProcessor(supplier() as Closable & Processor, ticking);
}
