import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, oneOf, type Workload } from '../workload.js';

const COLOURS = ['red', 'green', 'blue', 'grey', 'pink'];
const UPDATES = 40;

/** Joins a stream with a global table that is there before: every instance, however often it starts, must have all of it. */
export const globalJoin: Workload = {
  name: 'global-join',
  topics: { colours: 2, in: 3, out: 3 },
  build() {
    const builder = new StreamsBuilder();
    const colours = builder.globalTable('colours', { key: string(), value: string(), store: 'colours' });
    builder
      .stream('in', { key: string(), value: string() })
      .join(
        colours,
        (colour) => colour,
        (colour, shade) => `${colour} ${shade}`,
      )
      .to('out', { key: string(), value: string() });
    return builder.build();
  },
  preload: (random) =>
    Array.from({ length: UPDATES }, (_, index) => ({
      topic: 'colours',
      key: oneOf(random, COLOURS),
      value: String(index),
      timestamp: SIMULATION_START,
    })),
  records: (random) =>
    Array.from({ length: 120 }, (_, index) => ({
      topic: 'in',
      key: `k${Math.floor(random.next() * 12)}`,
      value: oneOf(random, COLOURS),
      timestamp: SIMULATION_START + 100 * index,
    })),
  expected: (records, preloaded) => {
    const shades = new Map(preloaded.map(({ key, value }) => [key, value]));
    const byKey = new Map<string, string[]>();
    for (const { key, value } of records) {
      const shade = shades.get(String(value));
      if (shade !== undefined) addTo(byKey, key, `${String(value)} ${String(shade)}`);
    }
    return [{ topic: 'out', compare: 'sequence', byKey }];
  },
};
