import { createBrokerClient } from '../../broker/client/broker-client.js';
import { TransactionTimedOutError } from '../../broker/client/errors.js';
import { noMetrics } from '../../observability/metrics.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../runtime/application.js';
import type { StateDirectory } from '../../runtime/state-directory.js';
import { createStreamsApplication } from '../../runtime/streams-application.js';
import type { Random } from '../../util/random.js';
import { SimulatedDatabase } from './simulated-database.js';
import { SimulatedDisk, type Ending } from './simulated-disk.js';
import type { SimulatedNetwork } from './simulated-network.js';
import { SimulatedProcess } from './simulated-process.js';
import type { SimulatedWorld } from './simulated-world.js';
import { tracingLogger } from './tracing-logger.js';
import type { Workload } from './workload.js';

/** What all instances of a simulation are configured with. */
export type InstanceSettings = Pick<
  StreamsApplicationOptions,
  | 'acceptableRecoveryLag'
  | 'commitIntervalMs'
  | 'sessionTimeoutMs'
  | 'heartbeatIntervalMs'
  | 'transactionTimeoutMs'
  | 'purgeIntervalMs'
  | 'cacheMaxBytes'
  | 'maxTaskIdleMs'
  | 'standbys'
  | 'stateMemoryBytes'
>;

export interface InstanceSurroundings {
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  readonly workload: Workload;
  readonly settings: InstanceSettings;
}

/** How long after the end of a program its supervisor starts it again. */
const RESTART_MS = 1_000;

/** The most a write usually takes. */
export const USUAL_WRITE_MS = 1;

export const APPLICATION_ID = 'app';

/** One instance of the application: a machine with a disk, on which incarnations of the program run one after the other. */
export class SimulatedInstance {
  readonly disk: SimulatedDisk;
  readonly #random: Random;
  #process: SimulatedProcess | undefined;
  #application: StreamsApplication | undefined;
  #starts = 0;
  /** The most a write takes. */
  writeMs = USUAL_WRITE_MS;
  /** No fault strikes it any more. */
  spared = false;
  /** It never runs again. */
  lost = false;
  /** Why an incarnation ended by itself. */
  readonly errors: Error[] = [];

  /** @param machine where it runs; by default one named as the instance */
  constructor(
    private readonly around: InstanceSurroundings,
    readonly id: string,
    readonly machine = id,
  ) {
    this.#random = around.world.random(`instance on ${machine}`);
    this.disk = new SimulatedDisk(this.#random);
  }

  get state(): 'running' | 'paused' | 'down' {
    const state = this.#process?.state ?? 'crashed';
    return state === 'crashed' ? 'down' : state;
  }

  /** Whether it has its place in the group, and so knows the others. */
  get settled(): boolean {
    return this.state === 'running' && this.#application?.state === 'RUNNING';
  }

  /** What it does, for people. */
  describe(): string {
    const error = this.errors.at(-1);
    const ended = error === undefined ? '' : `, ended once: ${error.message}`;
    return `${this.machine} is ${this.state}, its application ${this.#application?.state ?? 'gone'}${ended}`;
  }

  /** Starts the program again, on the disk as it was left. */
  start(): void {
    if (this.lost) return;
    const { world, network, workload, settings } = this.around;
    const process = new SimulatedProcess(world, `${this.machine}#${++this.#starts}`, this.#random.next() * 50);
    const common = {
      clock: process.clock,
      random: world.random(process.name),
      metrics: noMetrics,
      log: tracingLogger(world, process),
    };
    const client = createBrokerClient({
      ...common,
      transport: network.transport(process, this.machine),
      clientId: this.id,
    });
    const application = createStreamsApplication({
      ...settings,
      ...common,
      applicationId: APPLICATION_ID,
      instanceId: this.id,
      topology: workload.build(process.clock),
      client,
      stateDirectory: this.stateDirectory(process),
    });
    this.#process = process;
    this.#application = application;
    application.onStateChange((state) => {
      if (state === 'ERROR' && application.error !== undefined) this.#failed(application.error);
    });
    application.start().catch(() => undefined); // seen by the listener
  }

  /** The program exits. A transaction that took too long is none of its own fault: its supervisor starts it again. */
  #failed(error: Error): void {
    this.errors.push(error);
    void this.close(false).then(() => {
      if (!(error instanceof TransactionTimedOutError)) return;
      this.around.world.schedule(undefined, RESTART_MS, `${this.machine} is started again by its supervisor`, () => {
        if (this.state === 'down') this.start();
      });
    });
  }

  crash(how: Ending): void {
    this.#process?.crash();
    this.#application = undefined;
    this.disk.crash(how);
  }

  pause(): void {
    this.#process?.pause();
  }

  wake(): void {
    this.#process?.wake();
  }

  /** Ends the program as its user would. Resolves when it has; the machine is then free for another start. */
  async close(leaveGroup: boolean): Promise<boolean> {
    const process = this.#process;
    const inTime = (await this.#application?.close({ leaveGroup, timeoutMs: 5_000 })) ?? true;
    if (this.#process !== process) return inTime;
    this.#process?.crash();
    this.#application = undefined;
    this.disk.crash('kill');
    return inTime;
  }

  /** The disk as a process of its machine sees it. */
  stateDirectory(process: SimulatedProcess): StateDirectory {
    const latency = (sync: boolean): number => this.#random.next() * (sync ? 3 * this.writeMs : this.writeMs);
    return {
      path: this.machine,
      instanceId: this.id,
      prepare: () => Promise.resolve(),
      taskFolder: (_applicationId, taskId) => taskId,
      openDatabase: async (folder) => {
        await process.clock.sleep(this.#random.next() * this.writeMs);
        return new SimulatedDatabase(folder, this.disk.files(folder), process, latency);
      },
      makeTask: async (_applicationId, taskId, fill) => {
        const hidden = `.${taskId}`;
        const whole = await fill(hidden);
        if (whole) this.disk.rename(hidden, taskId);
        else this.disk.remove(hidden);
        return whole;
      },
      removeTask: (_applicationId, taskId) => {
        this.disk.remove(taskId);
        return Promise.resolve();
      },
      setAside: (_applicationId, taskId) => {
        this.disk.remove(taskId); // nobody looks at it any more
        return Promise.resolve(`${taskId}.damaged`);
      },
      storedTasks: () => Promise.resolve(this.disk.folders),
      close: () => Promise.resolve(),
    };
  }
}
