import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { keyValueStore } from '../../../topology/store-definitions.js';
import type { Workload } from '../workload.js';
import { countsOf, CountingProcessor, keyedRecords } from './counting-processor.js';

/** Counts in a store without a changelog: nothing but its own disk can bring it back. */
export const unloggedCount: Workload = {
  name: 'unlogged-count',
  topics: { in: 3, out: 3 },
  bound: true,
  build() {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { key: string(), value: string() })
      .process(() => new CountingProcessor(), {
        stores: [keyValueStore({ name: 'counts', key: string(), value: string(), logging: false })],
      })
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: keyedRecords,
  expected: countsOf,
};
