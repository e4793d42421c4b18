import type { BrokerClient, FetchedRecords } from '../../broker/client/client.js';
import type { ExpectedOutput } from './workload.js';
import { SimulationFailure } from './simulation-failure.js';

/** Reads one output topic as a consumer of committed records does, all the time, and compares it with the truth. */
export class ObservedOutput {
  readonly #found = new Map<string, string[]>();
  readonly #next = new Map<number, number>();
  #records = 0;

  constructor(private readonly expected: ExpectedOutput) {}

  /** Follows the topic for ever. */
  async follow(client: BrokerClient, onWrong: (error: Error) => void): Promise<void> {
    const { topic } = this.expected;
    const partitions = (await client.admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    for (let partition = 0; partition < partitions; partition++) reader.seek({ topic, partition }, 0);
    for (;;) {
      try {
        for (const fetched of await reader.poll(1_000)) this.#take(fetched);
      } catch (error) {
        onWrong(error as Error);
        return;
      }
    }
  }

  /** Whether everything is there. */
  get complete(): boolean {
    const { compare, byKey } = this.expected;
    if (compare === 'last') {
      return [...byKey].every(([key, values]) => this.#found.get(key)?.at(-1) === values.at(-1));
    }
    return this.#records === [...byKey.values()].reduce((sum, values) => sum + values.length, 0);
  }

  /** What is missing, for people. */
  describe(): string {
    const { topic, byKey, compare } = this.expected;
    const lacking = [...byKey].flatMap(([key, values]) => {
      const found = this.#found.get(key) ?? [];
      const done = compare === 'last' ? found.at(-1) === values.at(-1) : found.length === values.length;
      return done ? [] : [`${key}: ${found.join(' ')} of ${values.join(' ')}`];
    });
    return `topic "${topic}" lacks ${lacking.join('; ')}`;
  }

  #take({ topic, partition, records, nextOffset }: FetchedRecords): void {
    for (let i = 0; i < records.length; i++) {
      const buffer = records.buffer(i);
      const text = (start: number, end: number): string => (start < 0 ? 'null' : buffer.toString('utf8', start, end));
      const key = text(records.keyStart(i), records.keyEnd(i));
      const value = text(records.valueStart(i), records.valueEnd(i));
      this.#check(key, value, `${topic}-${partition} at ${records.offset(i)}`);
    }
    const last = this.#next.get(partition) ?? 0;
    if (nextOffset < last) throw new SimulationFailure(`${topic}-${partition} went back from ${last} to ${nextOffset}`);
    this.#next.set(partition, nextOffset);
  }

  #check(key: string, value: string, where: string): void {
    const { compare, byKey } = this.expected;
    const truth = byKey.get(key) ?? [];
    const found = this.#found.get(key) ?? [];
    found.push(value);
    this.#found.set(key, found);
    this.#records++;
    if (compare === 'last') return;
    const right =
      compare === 'sequence' ? truth[found.length - 1] === value : countOf(found, value) <= countOf(truth, value);
    if (right) return;
    throw new SimulationFailure(
      `${where}: key "${key}" has ${found.join(' ')}, the truth is ${truth.join(' ')} (${compare})`,
    );
  }
}

function countOf(values: readonly string[], value: string): number {
  return values.filter((other) => other === value).length;
}
