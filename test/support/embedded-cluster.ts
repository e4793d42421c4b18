import { openEmbeddedBroker, type EmbeddedBroker } from '../../src/broker/embedded/embedded-broker.js';
import { seededRandom } from '../../src/util/random.js';
import { systemClock, type Clock } from '../../src/util/time.js';
import { TestCluster } from './test-cluster.js';

/** A broker in memory or a folder, on the machine's clock or a faster one. */
export class EmbeddedCluster extends TestCluster {
  private constructor(
    readonly broker: EmbeddedBroker,
    clock: Clock,
  ) {
    super(() => broker.transport(), clock);
  }

  /** @param topics partitions by topic */
  static async open(
    topics: Readonly<Record<string, number>>,
    clock = systemClock,
    directory?: string,
  ): Promise<EmbeddedCluster> {
    const cluster = new EmbeddedCluster(await openEmbeddedBroker({ directory, clock, random: seededRandom(1) }), clock);
    await cluster.createTopics(topics);
    return cluster;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.broker.close();
  }
}
