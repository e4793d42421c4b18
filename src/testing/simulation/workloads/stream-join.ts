import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { within } from '../../../processor/window/join-windows.js';
import { string } from '../../../serde/primitives.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, oneOf, type InputRecord, type Workload } from '../workload.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const DIFFERENCE_MS = 700;

/** Joins two streams: each pair that lies near enough in time must come once, whichever side was read first. */
export const streamJoin: Workload = {
  name: 'stream-join',
  topics: { left: 3, right: 3, out: 3 },
  build() {
    const builder = new StreamsBuilder();
    const right = builder.stream('right', { key: string(), value: string() });
    builder
      .stream('left', { key: string(), value: string() })
      .join(right, pair, within(DIFFERENCE_MS, { grace: '10m' }))
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  records: (random) =>
    Array.from({ length: 120 }, (_, index) => ({
      topic: oneOf(random, ['left', 'right']),
      key: oneOf(random, KEYS),
      value: String(index),
      timestamp: SIMULATION_START + 100 * index,
    })),
  expected: (records) => {
    const byKey = new Map<string, string[]>();
    const [lefts, rights] = [of(records, 'left'), of(records, 'right')];
    for (const left of lefts) {
      for (const right of rights) {
        const near = Math.abs(left.timestamp - right.timestamp) <= DIFFERENCE_MS;
        if (near && left.key === right.key) addTo(byKey, left.key, pair(String(left.value), String(right.value)));
      }
    }
    return [{ topic: 'out', compare: 'set', byKey }];
  },
};

function of(records: readonly InputRecord[], topic: string): readonly InputRecord[] {
  return records.filter((record) => record.topic === topic);
}

function pair(left: string, right: string): string {
  return `${left}+${right}`;
}
