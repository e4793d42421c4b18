import type { BrokerClient } from '../../broker/client/client.js';
import type { BuiltTopology } from '../../topology/node.js';
import { invalid } from '../../util/errors.js';
import { openBroker, type Broker, type Surroundings } from '../broker.js';
import type { Config } from '../config.js';
import type { TopologyDefinition } from '../define-topology.js';
import { createSinkTopics } from '../outer-topics.js';
import { DEFAULT_PARTITIONS } from '../topic-feeder.js';

/** What a backfill asks of Kafka, where the configuration has brokers. It is in no group. */
export class BackfillBroker {
  readonly #partitions = new Map<string, number>();

  private constructor(
    private readonly broker: Broker | undefined,
    private readonly client: BrokerClient | undefined,
    private readonly chosen: number | undefined,
  ) {}

  /** @param chosen partitions of input topics, in place of what Kafka says */
  static async open(config: Config, chosen: number | undefined, surroundings: Surroundings): Promise<BackfillBroker> {
    const broker = config.brokers === undefined ? undefined : await openBroker(config, surroundings);
    const opened = new BackfillBroker(broker, broker?.client('millrace-backfill'), chosen);
    try {
      const topics = await opened.client?.admin.describeTopics();
      for (const [name, { partitions }] of topics ?? []) opened.#partitions.set(name, partitions);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  /** Of a topic that is read. */
  inputPartitions(topic: string): number {
    return this.chosen ?? this.outputPartitions(topic);
  }

  /** Partitions of the topics that there are on Kafka. */
  get known(): ReadonlyMap<string, number> {
    return this.#partitions;
  }

  /** Partitions of other topics. */
  get otherPartitions(): number {
    return this.chosen ?? DEFAULT_PARTITIONS;
  }

  /** Of a topic that is written. */
  outputPartitions(topic: string): number {
    return this.#partitions.get(topic) ?? this.otherPartitions;
  }

  /**
   * A writer for the topics that a topology writes, which are made where they are missing.
   * @throws MillraceError `BACKFILL_NEEDS_BROKERS`
   */
  async writer({ config }: TopologyDefinition, topology: BuiltTopology, { log }: Surroundings) {
    const { client } = this;
    if (client === undefined) {
      throw invalid('BACKFILL_NEEDS_BROKERS', 'results can be written to topics of Kafka only', {
        hint: 'Name the brokers with --brokers, or write to files with --to PATH.',
      });
    }
    await createSinkTopics(topology, config?.errorPolicies ?? {}, client.admin, log);
    for (const [name, { partitions }] of await client.admin.describeTopics()) this.#partitions.set(name, partitions);
    const writer = client.writer({});
    await writer.init();
    return writer;
  }

  async close(): Promise<void> {
    await this.broker?.close();
  }
}
