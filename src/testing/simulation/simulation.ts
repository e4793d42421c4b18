import { createBrokerClient } from '../../broker/client/broker-client.js';
import type { BrokerClient } from '../../broker/client/client.js';
import { FencedError } from '../../broker/client/errors.js';
import { partitionForKey } from '../../broker/client/partitioner.js';
import { noMetrics } from '../../observability/metrics.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { Random } from '../../util/random.js';
import { Chaos } from './chaos.js';
import { ObservedOutput } from './outputs.js';
import { SimulatedBroker } from './simulated-broker.js';
import { APPLICATION_ID, SimulatedInstance, type InstanceSettings } from './simulated-instance.js';
import { SimulatedNetwork } from './simulated-network.js';
import { SimulatedProcess } from './simulated-process.js';
import { SimulatedWorld } from './simulated-world.js';
import { StateCheck } from './state-check.js';
import { tracingLogger } from './tracing-logger.js';
import { oneOf, type InputRecord, type Workload } from './workload.js';
import { SimulationFailure } from './simulation-failure.js';

/** How long faults go on, and records are fed. */
const CHAOS_MS = 10_000;
/** Within this time of the last fault everything fed must be processed. */
const LIVENESS_MS = 120_000;
/** How long is waited for an output that should not come. */
const AFTERMATH_MS = 1_000;
const MOST_INSTANCES = 4;
/** A transaction time-out that nobody waits for: what is left open has to be ended by others. */
const LASTING_MS = 900_000;

/** What came of a run. */
export interface SimulationResult {
  readonly seed: number;
  readonly workload: string;
  /** Why the run is wrong; undefined when all is right. */
  readonly failure: Error | undefined;
  readonly events: number;
  readonly simulatedMs: number;
  /** Faults that happened, by name. */
  readonly faults: Readonly<Record<string, number>>;
  /** Equal for two runs of one seed: a hash of everything that happened, the clock, the next random number. */
  readonly fingerprint: string;
  readonly lastEvents: readonly string[];
}

/** One run: instances of a workload's application, faults among them, and the truth to be met. */
export class Simulation {
  readonly #world: SimulatedWorld;
  readonly #random: Random;
  readonly #broker: SimulatedBroker;
  readonly #network: SimulatedNetwork;
  readonly #instances: SimulatedInstance[] = [];
  readonly #settings: InstanceSettings;
  readonly #outputs: readonly ObservedOutput[];
  readonly #preloaded: readonly InputRecord[];
  readonly #records: readonly InputRecord[];
  readonly #chaos: Chaos;
  #wrong: Error | undefined;

  readonly #add = (id?: string): SimulatedInstance | undefined => {
    if (this.#instances.length >= MOST_INSTANCES) return undefined;
    const machine = `m${this.#instances.length}`;
    const { workload } = this;
    const around = { world: this.#world, network: this.#network, workload, settings: this.#settings };
    const instance = new SimulatedInstance(around, id ?? `i${this.#instances.length}`, machine);
    this.#instances.push(instance);
    return instance;
  };

  constructor(
    private readonly seed: number,
    private readonly workload: Workload,
  ) {
    const world = (this.#world = new SimulatedWorld(seed));
    this.#random = world.random('chaos');
    this.#broker = new SimulatedBroker(world, this.#random.next() < 0.7 ? 2 : 1, oneOf(this.#random, [0, 30, 1_000]));
    this.#network = new SimulatedNetwork(world, this.#broker);
    this.#settings = settings(world.random('settings'));
    this.#chaos = new Chaos(
      {
        world,
        broker: this.#broker,
        network: this.#network,
        random: this.#random,
        bound: workload.bound === true,
        lasting: this.#settings.transactionTimeoutMs === LASTING_MS,
        instances: () => this.#instances,
        add: this.#add,
      },
      CHAOS_MS,
    );
    this.#records = workload.records(world.random('records'));
    this.#preloaded = workload.preload?.(world.random('preloaded records')) ?? [];
    this.#outputs = workload.expected(this.#records, this.#preloaded).map((expected) => new ObservedOutput(expected));
  }

  /** Runs it to its end; never throws. */
  async run(): Promise<SimulationResult> {
    let failure: Error | undefined;
    try {
      await this.#play();
    } catch (error) {
      failure = error as Error;
    }
    const { trace, nowMs } = this.#world;
    return {
      seed: this.seed,
      workload: this.workload.name,
      failure,
      events: trace.events,
      simulatedMs: Math.round(nowMs),
      faults: this.#chaos.counts,
      fingerprint: `${trace.digest()} ${nowMs} ${this.#random.next()}`,
      lastEvents: trace.last(),
    };
  }

  async #play(): Promise<void> {
    const world = this.#world;
    const outside = this.#client('outside');
    await world.await(this.#broker.start(), 10_000, 'the broker to start');
    await world.await(this.#createTopics(outside), 10_000, 'topics to be created');
    for (const output of this.#outputs) void output.follow(outside, this.#onWrong);
    await world.await(this.#feed(outside, this.#preloaded, 100), 10_000, 'records to be there before the start');
    const fed = this.#feed(outside, this.#records, CHAOS_MS);
    for (let started = this.workload.bound ? 2 : 0; started < 3; started++) this.#add()?.start();
    this.#chaos.start();
    await world.runUntil(() => this.#isWrong() || world.nowMs >= CHAOS_MS, Infinity, 'faults to be over');
    this.#throwIfWrong();
    this.#heal();
    await world.await(fed, LIVENESS_MS, 'the input to be fed');
    await this.#untilComplete(world.nowMs + LIVENESS_MS);
    await this.#closeAll();
    await world.await(this.#checkDisks(outside), LIVENESS_MS, 'disks to be compared with changelogs');
  }

  async #checkDisks(client: BrokerClient): Promise<void> {
    const process = new SimulatedProcess(this.#world, 'check');
    const { clock } = process;
    const log = tracingLogger(this.#world, process);
    const topology = this.workload.build(clock);
    const check = new StateCheck({ applicationId: APPLICATION_ID, topology, client, clock, log });
    for (const instance of this.#instances) await check.check(instance.stateDirectory(process));
  }

  /** Waits for every output, and then for what should not come. */
  async #untilComplete(deadlineMs: number): Promise<void> {
    const world = this.#world;
    do {
      await world.runUntil(
        () => this.#isWrong() || this.#complete() || world.nowMs > deadlineMs,
        Infinity,
        'outputs to be complete',
      );
      this.#throwIfWrong();
      if (!this.#complete()) throw new SimulationFailure(`${LIVENESS_MS} ms after the last fault ${this.#lacking()}`);
      await world.pass(AFTERMATH_MS);
      this.#throwIfWrong();
    } while (!this.#complete());
  }

  readonly #onWrong = (error: Error): void => {
    this.#wrong ??= error;
  };

  #isWrong(): boolean {
    const ended = this.#instances.flatMap(({ errors }) => errors);
    this.#wrong ??= ended.find((error) => !(error instanceof FencedError));
    return this.#wrong !== undefined;
  }

  #throwIfWrong(): void {
    if (this.#isWrong() && this.#wrong !== undefined) throw this.#wrong;
  }

  #complete(): boolean {
    return this.#outputs.every(({ complete }) => complete);
  }

  #lacking(): string {
    return [...this.#outputs, ...this.#instances].map((part) => part.describe()).join('\n');
  }

  /** A client that no fault reaches. */
  #client(name: string): BrokerClient {
    const process = new SimulatedProcess(this.#world, name);
    return createBrokerClient({
      transport: this.#network.transport(process, name),
      clientId: name,
      clock: process.clock,
      random: this.#world.random(name),
      log: tracingLogger(this.#world, process),
      metrics: noMetrics,
    });
  }

  async #createTopics({ admin }: BrokerClient): Promise<void> {
    const topics = Object.entries(this.workload.topics).map(([name, partitions]) => ({ name, partitions }));
    await admin.createTopics(topics);
  }

  async #feed(client: BrokerClient, records: readonly InputRecord[], withinMs: number): Promise<void> {
    const random = this.#world.random('feeder');
    const { clock } = new SimulatedProcess(this.#world, 'feeder');
    const writer = client.writer({});
    await writer.init();
    const pause = withinMs / records.length;
    for (const { topic, key, value, timestamp } of records) {
      await clock.sleep(2 * pause * random.next());
      const keyBytes = Buffer.from(key);
      const partition = partitionForKey(keyBytes, this.workload.topics[topic] ?? 1);
      writer.send(topic, partition, keyBytes, value === null ? null : Buffer.from(value), timestamp, NO_HEADERS);
    }
    await writer.flush();
  }

  /** Mends everything that is broken and is not about to mend itself. */
  #heal(): void {
    for (const instance of this.#instances) {
      const link = this.#network.link(instance.machine);
      if (!link.lasting) link.mend();
      instance.wake();
    }
    this.#broker.coordinatorsArrive();
    if (this.#instances.some(({ state }) => state === 'running')) return;
    this.#instances.find(({ lost }) => !lost)?.start();
  }

  async #closeAll(): Promise<void> {
    const running = this.#instances.filter(({ state }) => state === 'running');
    const closed = Promise.all(running.map((instance) => instance.close(true)));
    await this.#world.await(closed, LIVENESS_MS, 'instances to close');
  }
}

function settings(random: Random): InstanceSettings {
  return {
    commitIntervalMs: oneOf(random, [100, 300, 1_000]),
    sessionTimeoutMs: oneOf(random, [6_000, 10_000]),
    heartbeatIntervalMs: 1_000,
    transactionTimeoutMs: oneOf(random, [2_000, 10_000, LASTING_MS]),
    purgeIntervalMs: oneOf(random, [500, 5_000]),
    cacheMaxBytes: oneOf(random, [0, 1 << 20]),
    maxTaskIdleMs: 0,
    standbys: oneOf(random, [0, 0, 1, 2]),
    acceptableRecoveryLag: oneOf(random, [10_000, 20]),
    stateMemoryBytes: 1 << 20,
  };
}
