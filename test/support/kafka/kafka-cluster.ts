import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.js';
import { KafkaBroker, type KafkaListener } from './kafka-broker.js';
import { kafkaJars } from './kafka-jars.js';

export interface KafkaOptions {
  /** Default 4.3.1. */
  readonly version?: string;
  /** Finalized features at format time, e.g. `{ 'transaction.version': 1 }`; the version's defaults if left out. */
  readonly features?: Readonly<Record<string, number>>;
  /** Default 1; each is broker and controller. */
  readonly brokers?: number;
  /** Further lines of server.properties. */
  readonly properties?: Readonly<Record<string, string | number>>;
  /** Heap of each broker. Default 400. */
  readonly heapMb?: number;
  /** Further listeners of the broker with this index, from 0. */
  readonly listeners?: (index: number) => readonly KafkaListener[];
}

/** A real Kafka on loopback, with its data in a temporary folder that `stop` removes. */
export interface KafkaCluster {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[];
  /** SIGKILL; index from 0. */
  kill(index: number): Promise<void>;
  /** Starts a killed broker again, with its data and port, and waits until it answers. */
  start(index: number): Promise<void>;
  /** SIGSTOP. */
  pause(index: number): void;
  /** SIGCONT. */
  resume(index: number): void;
  stop(): Promise<void>;
  /** Runs one of Kafka's tools by its class, e.g. `org.apache.kafka.tools.TopicCommand`, and gives what it printed. */
  tool(className: string, args: readonly string[]): Promise<string>;
}

/** Starts Apache Kafka from Maven's jars (Java 17 and `mvn` needed) and waits until every broker answers. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const jars = await kafkaJars(options.version ?? '4.3.1');
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'));
  const count = options.brokers ?? 1;
  const ports = await freePorts(2 * count);
  const voters = Array.from({ length: count }, (_, i) => `${i + 1}@127.0.0.1:${ports[count + i]!}`).join(',');
  const brokers = Array.from({ length: count }, (_, i) => {
    const properties = { ...serverProperties(count), 'controller.quorum.voters': voters, ...options.properties };
    const at = { nodeId: i + 1, port: ports[i]!, controllerPort: ports[count + i]! };
    return new KafkaBroker({
      ...at,
      jars,
      folder: join(folder, `broker-${i + 1}`),
      properties,
      heapMb: options.heapMb,
      listeners: options.listeners?.(i),
    });
  });
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(brokers.map((broker) => broker.format(options.features ?? {})));
    await Promise.all(brokers.map((broker) => broker.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: brokers.map((broker) => broker.address),
    kill: (index) => brokers[index]!.kill(),
    start: (index) => brokers[index]!.start(),
    pause: (index) => {
      brokers[index]!.signal('SIGSTOP');
    },
    resume: (index) => {
      brokers[index]!.signal('SIGCONT');
    },
    stop,
    tool: (className, args) => runTool(jars, className, args),
  };
}

async function runTool(jars: string, className: string, args: readonly string[]): Promise<string> {
  const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*'), className, ...args];
  const { stdout } = await promisify(execFile)('java', java, { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

/** Small and quick: few partitions in the internal topics, no rebalance delay, replicated as far as there are brokers. */
function serverProperties(brokers: number): Record<string, string | number> {
  const replicas = Math.min(brokers, 3);
  const inSync = replicas < 3 ? 1 : 2;
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': 'false',
    'log.retention.ms': -1,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'log.cleaner.backoff.ms': 200,
    'log.initial.task.delay.ms': 500,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  };
}
