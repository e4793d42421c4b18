import { json, string } from '../../src/serde/index.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import type { Processor, ProcessorContext, Record } from '../../src/topology/processor.js';
import { Topology } from '../../src/topology/topology.js';

interface Order {
  readonly id: number;
  readonly poison?: string;
}

/** Throws on some orders, and makes of others what their topic, of 1,000 bytes at most, does not take. */
class Poisonable implements Processor<string, Order, string, string> {
  #context: ProcessorContext<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }

  process(record: Record<string, Order>): void {
    const { id, poison } = record.value;
    if (poison === 'throws') throw new RangeError(`order ${id}`);
    this.#context?.forward(record.withValue(poison === 'too large' ? 'x'.repeat(5_000) : String(id)));
  }
}

/** The number of each order of `<prefix>-in`, to `<prefix>-out`. */
export function poisonedTopology(prefix = 'poisoned'): BuiltTopology {
  return new Topology()
    .addSource('source', { topics: `${prefix}-in`, key: string(), value: json<Order>() })
    .addProcessor('poisonable', () => new Poisonable(), { parents: 'source' })
    .addSink('sink', { topic: `${prefix}-out`, key: string(), value: string(), parents: 'poisonable' })
    .build();
}

const KINDS = ['unreadable', 'throws', 'too large'] as const;

/** Orders, of which each hundredth is poison, of three kinds in turn. */
export function poisonedOrders(count: number): {
  readonly records: (readonly [string, string])[];
  readonly poison: string[];
} {
  const poison: string[] = [];
  const records = Array.from({ length: count }, (_, id) => {
    const kind = id % 100 === 7 ? KINDS[Math.floor(id / 100) % 3] : undefined;
    const value = kind === 'unreadable' ? `{no order ${id}` : JSON.stringify({ id, ...(kind && { poison: kind }) });
    if (kind) poison.push(value);
    return [`k${id % 97}`, value] as const;
  });
  return { records, poison };
}
