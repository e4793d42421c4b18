import { describe, expect, it } from '@jest/globals';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { seededRandom, type Random } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { FaultyTransport } from '../../support/faulty-transport.js';
import { countsByKey, trueCounts } from '../../support/key-counts.js';
import { testApplication } from '../../support/running-application.js';
import { scaledClock } from '../../support/scaled-clock.js';
import { repartitionedCountTopology } from '../../support/small-topologies.js';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const ROUNDS = 25;
const SEEDS = process.env['SEEDS']?.split('-').map(Number) ?? [1, 6];

interface Instance {
  readonly transport: FaultyTransport;
  readonly application: StreamsApplication;
}

/** Instances over networks that fail, are cut off, come back, leave and join, as a seed says. */
class Chaos {
  readonly #clock = scaledClock(20);
  readonly #random: Random;
  readonly #instances: Instance[] = [];
  #started = 0;

  private constructor(
    seed: number,
    private readonly cluster: EmbeddedCluster,
  ) {
    this.#random = seededRandom(seed);
  }

  /** Counts through two sub-topologies while all that happens; gives the committed counts, and every error met. */
  static async run(seed: number): Promise<{ counts: Record<string, string>; errors: (Error | undefined)[] }> {
    const cluster = await EmbeddedCluster.open({ in: 3, out: 3 }, scaledClock(20));
    const chaos = new Chaos(seed, cluster);
    await chaos.#join();
    await chaos.#join();
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.produce(
        'in',
        KEYS.map((key) => [key, 'x']),
      );
      await chaos.#disturb();
      await systemClock.sleep(chaos.#random.next() * 30);
    }
    for (const { transport } of chaos.#instances) transport.heal();
    if (chaos.#instances.length === 0) await chaos.#join();
    await cluster.readUntil('out', (records) => records.length >= ROUNDS * KEYS.length);
    for (const { application } of chaos.#instances) await application.close({ leaveGroup: true });
    const counts = countsByKey(await cluster.read('out'));
    await cluster.close();
    return { counts, errors: chaos.#instances.map(({ application }) => application.error) };
  }

  async #disturb(): Promise<void> {
    const chance = this.#random.next();
    const one = this.#instances[Math.floor(this.#random.next() * this.#instances.length)];
    if (!one || chance < 0.1) await this.#join();
    else if (chance < 0.3) one.transport.faults = { loseRequest: 0.1, loseAnswer: 0.1, delay: 0.2, delayMs: 5 };
    else if (chance < 0.4) one.transport.cut();
    else if (chance < 0.6) one.transport.heal();
    else if (chance < 0.7) await this.#leave(one);
  }

  async #join(): Promise<void> {
    if (this.#instances.length >= 3) return;
    let transport: FaultyTransport | undefined;
    const client = this.cluster.client((inner) => (transport = new FaultyTransport(inner, this.#random, {})));
    const application = testApplication({
      topology: repartitionedCountTopology(),
      client,
      clock: this.#clock,
      instanceId: `instance-${this.#started++}`,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 300,
      commitIntervalMs: 100,
      purgeIntervalMs: 500,
    });
    await application.start();
    if (transport) this.#instances.push({ transport, application });
  }

  async #leave(instance: Instance): Promise<void> {
    this.#instances.splice(this.#instances.indexOf(instance), 1);
    await instance.application.close({ leaveGroup: true, timeoutMs: 2_000 });
    instance.transport.heal();
  }
}

describe('any interleaving of faults, joins, leaves and cut-off instances', () => {
  const [first = 1, last = first] = SEEDS;
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

  it.each(seeds)(
    'gives the truth to who reads committed records (seed %i)',
    async (seed) => {
      const { counts, errors } = await Chaos.run(seed);
      expect(errors.filter(Boolean)).toEqual([]);
      expect(counts).toEqual(trueCounts(KEYS, ROUNDS));
    },
    30_000,
  );
});
