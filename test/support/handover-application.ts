import { join } from 'node:path';
import { loadConfig } from '../../src/app/config.js';
import { startMillrace } from '../../src/app/start-millrace.js';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { partitionKey, type BrokerClient } from '../../src/broker/client/client.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { runCli } from '../../src/cli/cli.js';
import { silentLogger as log } from '../../src/observability/log.js';
import { noMetrics as metrics } from '../../src/observability/metrics.js';
import { systemRandom as random } from '../../src/util/random.js';
import { systemClock as clock } from '../../src/util/time.js';
import topology from '../java-handover/topology.js';
import type { HandoverRecord } from './handover-input.js';
import { handoverResults, type HandoverResults } from './handover-results.js';
import { JavaHandover, type JavaHandoverOptions } from './java-handover.js';
import { TestCluster } from './test-cluster.js';

const TOPOLOGY = join('test', 'java-handover', 'topology.ts');
const PARTITIONS = 2;

/** A program that runs the application. */
export interface RunningProgram {
  /** As a stop of its process does: it stays a member of its group. */
  stop(): Promise<unknown>;
}

/** What a command of `millrace` printed, and its exit code. */
export interface CliOutcome {
  readonly exitCode: number;
  readonly output: string;
}

/** One application of test/java-handover on a real Kafka, with topics of its own. */
export class HandoverApplication {
  readonly id = `handover-${random.uuid().slice(0, 8)}`;
  private readonly cluster: TestCluster;
  private readonly client: BrokerClient;

  private constructor(
    private readonly brokers: readonly string[],
    private readonly folder: string,
  ) {
    const transport = () => createKafkaTransport({ brokers, clientId: 'handover', clock, random, log });
    this.cluster = new TestCluster(transport);
    this.client = createBrokerClient({ transport: transport(), clientId: 'handover', clock, random, log, metrics });
  }

  /** @param folder for the state of both programs */
  static async create(brokers: readonly string[], folder: string): Promise<HandoverApplication> {
    const application = new HandoverApplication(brokers, folder);
    const topics = ['clicks', 'views', 'out'].map((name) => [application.topic(name), PARTITIONS] as const);
    await application.cluster.createTopics(Object.fromEntries(topics));
    return application;
  }

  java(groupProtocol?: JavaHandoverOptions['groupProtocol']): Promise<RunningProgram> {
    const { brokers, id, folder } = this;
    const stateDir = join(folder, 'java');
    return JavaHandover.start({ brokers, applicationId: id, prefix: id, stateDir, groupProtocol });
  }

  async millrace(): Promise<RunningProgram> {
    process.env.HANDOVER_PREFIX = this.id;
    const settings = { APPLICATION_ID: this.id, STATE_DIR: join(this.folder, 'millrace', this.id) };
    const ports = { GRPC_PORT: '0', HTTP_PORT: '0' };
    const config = loadConfig({ KAFKA_BROKERS: this.brokers.join(','), ...settings, ...ports });
    const app = await startMillrace({ topologies: [topology], config, clock, random, log });
    await Promise.all(app.applications.map((application) => application.waitUntilRunning()));
    return { stop: () => app.close() };
  }

  /** Runs a command on the topology, as from a shell. */
  async cli(command: 'doctor' | 'takeover', ...flags: readonly string[]): Promise<CliOutcome> {
    process.env.HANDOVER_PREFIX = this.id;
    let output = '';
    const print = (text: string): void => {
      output += text;
    };
    const terminal = { interactive: false, colour: false, out: print, error: print };
    const where = ['--brokers', this.brokers.join(','), '--application-id', this.id, '--log-level', 'silent'];
    return { exitCode: await runCli([command, TOPOLOGY, ...where, ...flags], terminal), output };
  }

  async feed(records: readonly HandoverRecord[]): Promise<void> {
    for (const name of ['clicks', 'views']) {
      const ofTopic = records.filter(({ topic }) => topic === name);
      await this.cluster.produce(
        this.topic(name),
        ofTopic.map(({ key, value, timestamp }) => [key, value, timestamp]),
      );
    }
  }

  /** Waits until all that was fed is processed, what it brought to the repartition topic included. */
  async untilDone(): Promise<void> {
    for (const topic of [this.topic('clicks'), this.topic('views'), this.topic('by-value-repartition')]) {
      const records = await this.cluster.read(topic);
      while (!(await this.hasCommitted(topic, records))) await clock.sleep(50);
    }
  }

  async results(): Promise<HandoverResults> {
    return handoverResults(await this.cluster.read(this.topic('out')));
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.cluster.close();
  }

  private async hasCommitted(
    topic: string,
    records: readonly { readonly partition: number; readonly offset: number }[],
  ): Promise<boolean> {
    const committed = await this.client.admin.committedOffsets(this.id, 'all');
    return records.every(({ partition, offset }) => {
      return (committed.get(partitionKey({ topic, partition }))?.offset ?? 0) > offset;
    });
  }

  private topic(name: string): string {
    return `${this.id}-${name}`;
  }
}
