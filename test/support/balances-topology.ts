import { defineTopology } from '../../src/app/define-topology.js';
import { json } from '../../src/serde/json.js';
import { string } from '../../src/serde/primitives.js';

/** Sums up `payments` by key in the store `balances`. */
export default defineTopology({
  name: 'balances-of-payments',
  build(builder) {
    builder
      .stream('payments', { key: string(), value: json<number>() })
      .groupByKey()
      .reduce((sum, next) => sum + next, { store: 'balances' })
      .toStream()
      .to('balances-out', { key: string(), value: json<number>() });
  },
});
