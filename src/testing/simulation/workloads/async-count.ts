import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { keyValueStore } from '../../../topology/store-definitions.js';
import type { Workload } from '../workload.js';
import { countsOf, CountingProcessor, keyedRecords } from './counting-processor.js';

/** Counts in a processor that waits within each record. */
export const asyncCount: Workload = {
  name: 'async-count',
  topics: { in: 3, out: 3 },
  build(clock) {
    const builder = new StreamsBuilder();
    let records = 0;
    const wait = (): Promise<void> => clock.sleep(1 + ((7 * records++) % 60));
    builder
      .stream('in', { key: string(), value: string() })
      .process(() => new CountingProcessor(wait), {
        stores: [keyValueStore({ name: 'counts', key: string(), value: string() })],
      })
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: keyedRecords,
  expected: countsOf,
};
