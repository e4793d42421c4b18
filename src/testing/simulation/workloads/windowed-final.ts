import { partitionForKey } from '../../../broker/client/partitioner.js';
import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { tumbling } from '../../../processor/window/windows.js';
import { string } from '../../../serde/primitives.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, oneOf, type InputRecord, type Workload } from '../workload.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const PARTITIONS = 3;
const WINDOW_MS = 2_000;
/** Records are out of order by less than this. */
const GRACE_MS = 1_000;
const CLOSING_TIME = SIMULATION_START + 600_000;

/** Counts in windows and gives one result of each when it closes: what is held back must be neither lost nor let go twice. */
export const windowedFinal: Workload = {
  name: 'windowed-final',
  topics: { in: PARTITIONS, out: PARTITIONS },
  build() {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { key: string(), value: string() })
      .groupByKey()
      .windowedBy(tumbling(WINDOW_MS, { grace: GRACE_MS }))
      .count({ store: 'counts' })
      .suppress({ until: 'windowCloses' })
      .toStream()
      .map((window, count) => [nameOf(window.key, window.start), String(count)])
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: (random) => {
    const records = Array.from({ length: 100 }, (_, index) => ({
      topic: 'in',
      key: oneOf(random, KEYS),
      value: 'x',
      timestamp: SIMULATION_START + 120 * index + Math.floor(random.next() * GRACE_MS),
    }));
    return [...records, ...closing()];
  },
  expected: (records) => {
    const counts = new Map<string, number>();
    for (const { key, timestamp } of records) {
      if (timestamp >= CLOSING_TIME) continue;
      const name = nameOf(key, timestamp - (timestamp % WINDOW_MS));
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const byKey = new Map<string, string[]>();
    for (const [name, count] of counts) addTo(byKey, name, String(count));
    return [{ topic: 'out', compare: 'sequence', byKey }];
  },
};

/** A late record for each partition: it closes the windows before it. */
function closing(): InputRecord[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    let key = 'closing';
    while (partitionForKey(Buffer.from(key), PARTITIONS) !== partition) key += '-';
    return { topic: 'in', key, value: 'x', timestamp: CLOSING_TIME };
  });
}

function nameOf(key: string, start: number): string {
  return `${key}@${start - SIMULATION_START}`;
}
