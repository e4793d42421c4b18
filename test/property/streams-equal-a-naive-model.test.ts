import { isDeepStrictEqual } from 'node:util';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { seededRandom } from '../../src/util/random.js';
import { EmbeddedCluster } from '../support/embedded-cluster.js';
import { FaultyTransport } from '../support/faulty-transport.js';
import { testApplication } from '../support/running-application.js';
import { scaledClock } from '../support/scaled-clock.js';
import type { ReadRecord } from '../support/test-cluster.js';
import { resultsOf, type Fact, type Results, type Rows } from './naive-model.js';
import { program } from './program.js';

const clock = scaledClock(10);
const OUTPUTS = ['counts', 'windows', 'sessions', 'pairs', 'outer', 'foreign', 'groups'] as const;

/** Facts that are written together, and what happens to the application then: a crash leaves a transaction to be aborted. */
interface Step {
  readonly facts: readonly Fact[];
  readonly then: 'go on' | 'restart' | 'crash';
}
interface Scenario {
  readonly partitions: number;
  readonly optimization: 'none' | 'all';
  readonly cacheMaxBytes: number;
  readonly steps: readonly Step[];
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const timestamp = fc.nat(40);
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ topic: fc.constantFrom('left' as const, 'right' as const), key, value: key, timestamp }),
  fc.record({ topic: fc.constantFrom('rows' as const, 'others' as const), key, value: fc.option(key), timestamp }),
);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  optimization: fc.constantFrom('none', 'all'),
  cacheMaxBytes: fc.constantFrom(0, 10_000_000),
  steps: fc.array(
    fc.record({ facts: fc.array(fact, { maxLength: 25 }), then: fc.constantFrom('go on', 'restart', 'crash') }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** The application over several partitions and tasks, on a broker in memory. */
class Run {
  readonly #topology;
  #transport: FaultyTransport | undefined;
  #application: StreamsApplication | undefined;

  constructor(
    private readonly cluster: EmbeddedCluster,
    private readonly scenario: Scenario,
  ) {
    this.#topology = program(scenario.optimization);
  }

  /** Starts the application, or another process of the same identity. */
  async start(): Promise<void> {
    const through = (inner: ConstructorParameters<typeof FaultyTransport>[0]): FaultyTransport =>
      (this.#transport = new FaultyTransport(inner, seededRandom(1), {}));
    const { cacheMaxBytes } = this.scenario;
    const client = this.cluster.client(through);
    this.#application = testApplication({ topology: this.#topology, client, cacheMaxBytes, clock });
    await this.#application.start();
  }

  async take({ facts, then }: Step): Promise<void> {
    for (const topic of ['left', 'right', 'rows', 'others']) {
      const records = facts.filter((one) => one.topic === topic);
      await this.cluster.produce(
        topic,
        records.map(({ key: of, value, timestamp: at }) => [of, value, at]),
      );
    }
    if (then === 'go on') return;
    if (then === 'crash') this.#transport?.cut();
    await this.#application?.close({ timeoutMs: then === 'crash' ? 0 : 30_000 }).catch(() => undefined);
    await this.start();
  }

  /** Waits until the results are there, stops, and reads them: what comes too often, or is wrong, shows too. */
  async resultsLike(expected: Results): Promise<Results> {
    for (let left = 2_000; left > 0; left--) {
      if (isDeepStrictEqual(await this.#read(), expected)) break;
      await this.cluster.pause();
    }
    await this.#application?.close();
    return this.#read();
  }

  async #read(): Promise<Results> {
    const topics = await Promise.all(OUTPUTS.map(async (topic) => [topic, await this.cluster.read(topic)] as const));
    const results = topics.map(([topic, records]) => [topic, topic === 'pairs' ? pairsOf(records) : rowsOf(records)]);
    return Object.fromEntries(results) as Results; // one of each topic
  }
}

function rowsOf(records: readonly ReadRecord[]): Rows {
  const rows = new Map<string, string>();
  for (const { key: of, value } of records) {
    if (value === null || value === '0') rows.delete(String(of));
    else rows.set(String(of), value);
  }
  return Object.fromEntries(rows);
}

function pairsOf(records: readonly ReadRecord[]): string[] {
  return records.map(({ key: of, value }) => `${of}:${value}`).sort();
}

it('gives what a naive model computes from all records at once, through commits, restarts and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (drawn) => {
      const { partitions, steps } = drawn;
      const inputs = { left: partitions, right: partitions, rows: partitions, others: partitions };
      const cluster = await EmbeddedCluster.open(
        {
          ...inputs,
          ...Object.fromEntries(OUTPUTS.map((topic) => [topic, 1])),
        },
        clock,
      );
      const run = new Run(cluster, drawn);
      await run.start();
      for (const step of steps) await run.take(step);
      const expected = resultsOf(steps.flatMap(({ facts }) => facts));
      const found = await run.resultsLike(expected);
      await cluster.close();
      expect(found).toEqual(expected);
    }),
    { numRuns: 10 },
  );
}, 120_000);
