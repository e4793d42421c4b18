import type { KeyValueStore } from '../../../state/store.js';
import type { Processor, ProcessorContext, Record } from '../../../topology/processor.js';
import { SIMULATION_START } from '../simulated-process.js';
import { addTo, type ExpectedOutput, type InputRecord } from '../workload.js';
import type { Random } from '../../../util/random.js';

const KEYS = 12;

/** Counts the records of each key in the store `counts`, and gives each count; waits first, if it is told to. */
export class CountingProcessor implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;
  #counts: KeyValueStore<string, string> | undefined;

  constructor(private readonly wait?: () => Promise<void>) {}

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
    this.#counts = context.getStateStore<KeyValueStore<string, string>>('counts');
  }

  process(record: Record<string, string>): void | Promise<void> {
    if (this.wait === undefined) this.#count(record);
    else
      return this.wait().then(() => {
        this.#count(record);
      });
  }

  #count(record: Record<string, string>): void {
    const count = String(Number(this.#counts?.get(record.key) ?? '0') + 1);
    this.#counts?.put(record.key, count);
    this.#context?.forward(record.withValue(count));
  }
}

/** Records of some keys in the topic `in`. */
export function keyedRecords(random: Random): readonly InputRecord[] {
  return Array.from({ length: 120 }, (_, index) => ({
    topic: 'in',
    key: `k${Math.floor(random.next() * KEYS)}`,
    value: 'x',
    timestamp: SIMULATION_START + 100 * index,
  }));
}

/** Each key counted from 1 on, without a gap or a repeat. */
export function countsOf(records: readonly InputRecord[]): readonly ExpectedOutput[] {
  const byKey = new Map<string, string[]>();
  for (const { key } of records) addTo(byKey, key, String((byKey.get(key)?.length ?? 0) + 1));
  return [{ topic: 'out', compare: 'sequence', byKey }];
}
