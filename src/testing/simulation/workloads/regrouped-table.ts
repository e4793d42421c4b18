import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, oneOf, type Workload } from '../workload.js';

const ROWS = Array.from({ length: 20 }, (_, index) => `row${index}`);
const GROUPS = ['a', 'b', 'c', 'd', 'e'];

/** A table in memory, and how many of its rows are in each group: a lost or repeated retraction shows in the end. */
export const regroupedTable: Workload = {
  name: 'regrouped-table',
  topics: { rows: 3, out: 2 },
  build() {
    const builder = new StreamsBuilder();
    builder
      .table('rows', { key: string(), value: string(), store: 'rows', storage: 'memory' })
      .groupBy((row, group) => [group, row], { key: string(), value: string() })
      .count({ store: 'sizes' })
      .toStream()
      .mapValues(String)
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: (random) =>
    Array.from({ length: 120 }, (_, index) => ({
      topic: 'rows',
      key: oneOf(random, ROWS),
      value: random.next() < 0.1 ? null : oneOf(random, GROUPS),
      timestamp: SIMULATION_START + 100 * index,
    })),
  expected: (records) => {
    const rows = new Map(records.map(({ key, value }) => [key, value]));
    const groups = new Set(records.flatMap(({ value }) => (value === null ? [] : [value])));
    const byKey = new Map<string, string[]>();
    for (const group of groups) {
      addTo(byKey, group, String([...rows.values()].filter((value) => value === group).length));
    }
    return [{ topic: 'out', compare: 'last', byKey }];
  },
};
