import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination } from 'pino';
import type { BrokerClient } from '../../../src/broker/client/client.js';
import { createLogger } from '../../../src/observability/pino-logger.js';
import { ObservedOutput } from '../../../src/testing/simulation/outputs.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { kafkaClient, kafkaTransport } from '../broker/kafka-under-test.js';
import { MillraceProcess } from '../millrace-process.js';
import { TestCluster } from '../test-cluster.js';
import { FaultCluster } from './fault-cluster.js';
import { FaultFeed, PARTITIONS, TOPICS } from './fault-feed.js';
import { describeFault, INSTANCES, planFaults, SESSION_TIMEOUT_MS, type Fault } from './fault-plan.js';

export interface FaultRunOptions {
  readonly seed: number;
  readonly faults: number;
  readonly brokers: number;
  /** Is told of every fault when it begins. */
  readonly say: (line: string) => void;
}

/** On a machine that has much else to do. */
const START_WITHIN_MS = 240_000;
/** What has to come out once the faults are over, and does not, is lost. */
const COMPLETE_WITHIN_MS = 240_000;

/**
 * Three processes run two topologies exactly once while faults strike; what a read_committed reader sees is compared with the
 * truth as it comes. Resolves when everything has come out right and every process has ended cleanly.
 * @throws Error that says what was lost or doubled, or which process ended by itself
 */
export async function runWithFaults(options: FaultRunOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  const cluster = await FaultCluster.start(options.brokers);
  const log = createLogger({ level: 'debug', destination: destination(join(folder, 'feed.log')) });
  const client = kafkaClient(cluster.kafka.brokers, 'faults', systemClock, log);
  const topics = new TestCluster(() => kafkaTransport(cluster.kafka.brokers));
  const run = new FaultRun(cluster, client, folder, options);
  try {
    await run.run();
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    for (const topic of TOPICS) await writeFile(join(folder, `${topic}.jsonl`), lines(await topics.read(topic)));
    options.say(`logs, state and what the topics hold are kept in ${folder}`);
    throw error;
  } finally {
    await run.kill();
    await client.close();
    await topics.close();
    await cluster.stop();
  }
}

function lines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

class FaultRun {
  readonly #random;
  readonly #instances: MillraceProcess[] = [];
  /** Resolves when what an instance or broker suffers is over. */
  readonly #suffering = new Map<string, Promise<unknown>>();
  readonly #startMs = systemClock.monotonicMs();
  #wrong: Error | undefined;
  #over = false;

  constructor(
    private readonly cluster: FaultCluster,
    private readonly client: BrokerClient,
    private readonly folder: string,
    private readonly options: FaultRunOptions,
  ) {
    this.#random = seededRandom(options.seed);
  }

  async run(): Promise<void> {
    await this.client.admin.createTopics(TOPICS.map((name) => ({ name, partitions: PARTITIONS })));
    for (const index of INSTANCES.keys()) this.#instances.push(await this.#start(index));
    for (const instance of this.#instances) await instance.untilReady(START_WITHIN_MS);
    const feed = new FaultFeed(this.client, seededRandom(this.options.seed + 1));
    const outputs = feed.expected.map((expected) => new ObservedOutput(expected));
    for (const output of outputs) void output.follow(this.client, (error) => (this.#wrong ??= error));
    const fed = feed.run();
    fed.catch((error: unknown) => (this.#wrong ??= error as Error)); // only errors are thrown
    await this.#strikeAll(feed);
    feed.stop();
    await fed;
    this.#say(`faults are over after ${feed.sent} records: waiting for what is not out yet`);
    await this.#complete(outputs);
    await systemClock.sleep(2 * SESSION_TIMEOUT_MS); // what a zombie might still do
    this.#check();
    await this.#stop();
  }

  /** Ends whatever runs still. */
  async kill(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#suffering.values());
    for (const instance of this.#instances) await instance.kill();
  }

  async #strikeAll(feed: FaultFeed): Promise<void> {
    const { faults, brokers } = this.options;
    const plan = planFaults(faults, brokers, this.#random);
    for (const [index, fault] of plan.entries()) {
      await systemClock.sleep(fault.afterMs);
      // one broker of three at a time, or nothing could be written at all
      const side = fault.kind.endsWith('broker') ? 'brokers' : `instance ${fault.target}`;
      await this.#suffering.get(side);
      if (fault.kind === 'kill broker') await Promise.all([this.cluster.untilInSync(), feed.acknowledged()]);
      this.#check();
      this.#say(`${index + 1}/${faults} ${describeFault(fault)}`);
      const suffered = this.#suffer(fault)
        .catch((error: unknown) => (this.#wrong ??= error as Error)) // only errors are thrown
        .finally(() => this.#suffering.delete(side));
      this.#suffering.set(side, suffered);
    }
    await Promise.all(this.#suffering.values());
  }

  async #suffer({ kind, target, forMs, refusing }: Fault): Promise<void> {
    const instance = this.#instances[target];
    const proxies = this.cluster.before(kind === 'cut broker' ? 'broker' : 'instance', target);
    switch (kind) {
      case 'kill instance':
        await instance?.kill();
        await systemClock.sleep(forMs);
        if (!this.#over) this.#instances[target] = await this.#start(target);
        return;
      case 'pause instance':
        instance?.signal('SIGSTOP');
        await systemClock.sleep(forMs);
        instance?.signal('SIGCONT');
        return;
      case 'kill broker':
        await this.cluster.kafka.kill(target);
        await systemClock.sleep(forMs);
        await this.cluster.kafka.start(target);
        return;
      case 'cut instance':
      case 'cut broker':
        for (const proxy of proxies)
          if (refusing) proxy.refuse();
          else proxy.silence();
        await systemClock.sleep(forMs);
        for (const proxy of proxies) proxy.mend();
    }
  }

  #start(index: number): Promise<MillraceProcess> {
    const name = INSTANCES[index] ?? '';
    return MillraceProcess.start({
      args: ['run', 'test/support/faults/word-counts.ts', 'test/support/faults/pairs.ts'],
      stateDir: join(this.folder, name),
      logFile: join(this.folder, `${name}.log`),
      env: {
        NODE_OPTIONS: '--import ./test/support/typescript.js',
        KAFKA_BROKERS: this.cluster.bootstrapOf(index),
        PROCESSING_GUARANTEE: 'exactly_once',
        SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
      },
    });
  }

  async #complete(outputs: readonly ObservedOutput[]): Promise<void> {
    const since = systemClock.monotonicMs();
    while (!outputs.every(({ complete }) => complete)) {
      this.#check();
      if (systemClock.monotonicMs() - since > COMPLETE_WITHIN_MS)
        throw new Error(
          `LOST: ${outputs
            .filter(({ complete }) => !complete)
            .map((output) => output.describe())
            .join('\n')}`,
        );
      await systemClock.sleep(50);
    }
    this.#say(`everything is out ${Math.round(systemClock.monotonicMs() - since)} ms after the last fault`);
  }

  /** @throws Error what is wrong by now */
  #check(): void {
    if (this.#wrong) throw this.#wrong;
    const ended = this.#instances.findIndex(
      (instance, index) => instance.ended && !this.#suffering.has(`instance ${index}`),
    );
    if (ended !== -1) throw new Error(`instance ${INSTANCES[ended] ?? ''} ended by itself`);
  }

  async #stop(): Promise<void> {
    for (const [index, instance] of this.#instances.entries()) {
      const code = await instance.stop();
      if (code !== 0) throw new Error(`instance ${INSTANCES[index] ?? ''} ended with exit code ${String(code)}`);
    }
  }

  #say(line: string): void {
    const seconds = ((systemClock.monotonicMs() - this.#startMs) / 1_000).toFixed(1);
    this.options.say(`[${seconds.padStart(6)} s] ${line}`);
  }
}
