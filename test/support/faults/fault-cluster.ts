import { createKafkaTransport } from '../../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../../src/observability/log.js';
import { systemRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { freePorts } from '../kafka/free-ports.js';
import { type KafkaCluster, startKafka } from '../kafka/kafka-cluster.js';
import { TcpProxy } from '../tcp-proxy.js';
import { INSTANCES } from './fault-plan.js';

/** A Kafka that every instance reaches through proxies of its own, one before each broker. */
export class FaultCluster {
  private constructor(
    readonly kafka: KafkaCluster,
    /** By instance, then by broker. */
    private readonly proxies: readonly (readonly TcpProxy[])[],
    private readonly ports: readonly (readonly number[])[],
  ) {}

  static async start(brokers: number): Promise<FaultCluster> {
    const listeners = await Promise.all(INSTANCES.map(() => freePorts(brokers)));
    const proxies = listeners.map((ports) => ports.map((port) => new TcpProxy(() => port)));
    const ports = await Promise.all(proxies.map((row) => Promise.all(row.map((proxy) => proxy.listen()))));
    const kafka = await startKafka({
      brokers,
      heapMb: 320,
      listeners: (broker) =>
        INSTANCES.map((name, instance) => ({
          name: `INSTANCE_${name.toUpperCase()}`,
          protocol: 'PLAINTEXT',
          port: listeners[instance]?.[broker] ?? 0,
          advertisedPort: ports[instance]?.[broker] ?? 0,
        })),
    });
    return new FaultCluster(kafka, proxies, ports);
  }

  /** Where an instance finds its brokers. */
  bootstrapOf(instance: number): string {
    return (this.ports[instance] ?? []).map((port) => `127.0.0.1:${port}`).join(',');
  }

  before(side: 'instance' | 'broker', index: number): readonly TcpProxy[] {
    if (side === 'instance') return this.proxies[index] ?? [];
    return this.proxies.flatMap((row) => row[index] ?? []);
  }

  /** Waits until every replica is in sync. */
  async untilInSync(): Promise<void> {
    const system = { clock: systemClock, random: systemRandom, log: silentLogger };
    const transport = createKafkaTransport({ brokers: this.kafka.brokers, clientId: 'in-sync', ...system });
    await transport.connect();
    for (;;) {
      const { topics } = await transport.request('any', 'admin', 'Metadata', { topics: null });
      const partitions = topics.flatMap((topic) => topic.partitions);
      if (partitions.every(({ isr, replicas }) => isr.length === replicas.length)) break;
      await systemClock.sleep(100);
    }
    await transport.close();
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.flat().map((proxy) => proxy.close()));
    await this.kafka.stop();
  }
}
