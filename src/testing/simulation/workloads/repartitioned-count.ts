import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, oneOf, type InputRecord, type Workload } from '../workload.js';

const WORDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Counts values through a repartition topic; every count goes out, so that a gap or a repeat shows. */
export const repartitionedCount: Workload = {
  name: 'repartitioned-count',
  topics: { in: 3, out: 2 },
  build() {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { key: string(), value: string() })
      .groupBy((word) => word, { key: string() })
      .count({ store: 'counts', caching: false })
      .toStream()
      .mapValues(String)
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: (random) =>
    Array.from({ length: 120 }, (_, index) => ({
      topic: 'in',
      key: `k${Math.floor(random.next() * 12)}`,
      value: oneOf(random, WORDS),
      timestamp: SIMULATION_START + index,
    })),
  expected: (records: readonly InputRecord[]) => {
    const byKey = new Map<string, string[]>();
    for (const { value } of records)
      if (value !== null) addTo(byKey, value, String((byKey.get(value)?.length ?? 0) + 1));
    return [{ topic: 'out', compare: 'sequence', byKey }];
  },
};
