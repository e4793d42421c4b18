import { StreamsBuilder } from '../../../dsl/streams-builder.js';
import { string } from '../../../serde/primitives.js';
import { SimulationFailure } from '../simulation-failure.js';
import { addTo, type Workload } from '../workload.js';
import { keyedRecords } from './counting-processor.js';

/** A call takes up to this, now and then longer than its time-out. */
const MOST_MS = 400;
const TIMEOUT_MS = 300;

/** Asks somebody slow, who often fails, for each record: each result must come once, in the order of its key. */
export const asyncMap: Workload = {
  name: 'async-map',
  topics: { in: 3, out: 3 },
  build(clock) {
    const builder = new StreamsBuilder();
    let calls = 0;
    const ask = async (value: string): Promise<string> => {
      const call = calls++;
      await clock.sleep(1 + ((67 * call) % MOST_MS));
      if (call % 5 === 0) throw new SimulationFailure('the other side is not in the mood');
      return `${value}!`;
    };
    builder
      .stream('in', { key: string(), value: string() })
      .mapAsync(ask, {
        concurrency: 4,
        timeout: TIMEOUT_MS,
        maxPending: 10,
        retry: { attempts: Infinity, initialDelay: 5, maxDelay: 100 },
        circuitBreaker: { failures: 3, openFor: 150 },
        rateLimit: { perSecond: 100, burst: 10 },
      })
      .to('out', { value: string() });
    return builder.build();
  },
  records: (random) => keyedRecords(random).map((record, index) => ({ ...record, value: String(index) })),
  expected: (records) => {
    const byKey = new Map<string, string[]>();
    for (const { key, value } of records) addTo(byKey, key, `${value ?? ''}!`);
    return [{ topic: 'out', compare: 'sequence', byKey }];
  },
};
