import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { string } from '../../src/serde/primitives.js';
import type { Serde } from '../../src/serde/serde.js';
import type { BuiltTopology } from '../../src/topology/node.js';

const text = { key: string(), value: string() };

/** Keys of orders, all of customer `c1`. */
export function orderKeys(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `o${String(i).padStart(7, '0')}`);
}

/**
 * `orders` (their value is their customer) joined with `customers` to `out`, over the store `fk-subscription-store`; and beside
 * it a task of its own, `pings` to `pongs`.
 *
 * @param onTold called for each order that is told of its customer
 * @param onPing called for each ping
 */
export function ordersAndPings(onTold: () => void, onPing: () => void | Promise<void>): BuiltTopology {
  const builder = new StreamsBuilder();
  const orders = builder.table('orders', text);
  const customers = builder.table('customers', { key: string(), value: tellingOf(onTold) });
  orders
    .join(
      customers,
      (customer) => customer,
      (_order, customer) => customer,
      { name: 'fk', value: string() },
    )
    .toStream()
    .to('out', text);
  builder
    .stream('pings', text)
    .process<string, string>(() => ({ process: () => onPing() }), { name: 'ping' })
    .to('pongs', text);
  return builder.build();
}

/** Strings; tells when one is written as part of an answer to a subscription, or to a store. */
function tellingOf(onWritten: () => void): Serde<string> {
  const inner = string();
  return {
    ...inner,
    name: 'telling',
    serialize(value: string) {
      onWritten();
      return inner.serialize(value);
    },
  };
}
