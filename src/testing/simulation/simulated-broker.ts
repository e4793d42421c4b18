import type { ApiName, RequestOf, ResponseOf } from '../../broker/client/protocol.js';
import type { BrokerFeatures } from '../../broker/client/transport.js';
import { openEmbeddedBroker, type EmbeddedBroker } from '../../broker/embedded/embedded-broker.js';
import type { Random } from '../../util/random.js';
import { coordinatorRefusal, type CoordinatorKind } from './coordinator-refusal.js';
import { SimulatedDatabase } from './simulated-database.js';
import { SimulatedDisk } from './simulated-disk.js';
import type { BrokerHost, BrokerPeer } from './simulated-network.js';
import { SimulatedProcess } from './simulated-process.js';
import type { SimulatedWorld } from './simulated-world.js';
import { SimulationFailure } from './simulation-failure.js';

const LOG_FOLDER = 'log';

/** The embedded broker on a machine of its own: it can be killed and comes back with the log of its disk. */
export class SimulatedBroker implements BrokerHost {
  readonly #random: Random;
  readonly #disk: SimulatedDisk;
  readonly #moved = new Set<CoordinatorKind>();
  #process: SimulatedProcess | undefined;
  #broker: EmbeddedBroker | undefined;
  #features: BrokerFeatures | undefined;
  #starts = 0;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly transactionVersion: 1 | 2,
    /** The most that a transaction's markers come after its end. */
    private readonly markersMs: number,
  ) {
    this.#random = world.random('broker');
    this.#disk = new SimulatedDisk(this.#random);
  }

  get up(): boolean {
    return this.#broker !== undefined;
  }

  get features(): BrokerFeatures {
    if (this.#features === undefined) throw new SimulationFailure('the broker never ran');
    return this.#features;
  }

  async start(): Promise<void> {
    const process = new SimulatedProcess(this.world, `broker#${++this.#starts}`);
    this.#process = process;
    const latency = (sync: boolean): number => this.#random.next() * (sync ? 2 : 0.2);
    const database = new SimulatedDatabase(LOG_FOLDER, this.#disk.files(LOG_FOLDER), process, latency);
    const random = this.world.random(process.name);
    const { transactionVersion, markersMs } = this;
    const markerDelayMs = markersMs > 0 ? (): number => markersMs * random.next() ** 2 : undefined;
    const options = { database, clock: process.clock, random, transactionVersion, markerDelayMs };
    this.#broker = await openEmbeddedBroker(options);
    this.#features = this.#broker.transport().features();
  }

  /** Ends the process at once; what it had acknowledged is on its disk. */
  kill(): void {
    this.#process?.crash();
    this.#broker = undefined;
    this.#disk.crash('kill');
  }

  accept(): BrokerPeer | undefined {
    if (this.#broker === undefined || this.#process === undefined) return undefined;
    return { process: this.#process, transport: this.#broker.transport() };
  }

  /** From now on requests to coordinators of this kind are refused, as by a broker that they have left. */
  moveCoordinator(kind: CoordinatorKind): void {
    this.#moved.add(kind);
  }

  coordinatorsArrive(): void {
    this.#moved.clear();
  }

  divert<A extends ApiName>(api: A, message: RequestOf<A>): ResponseOf<A> | undefined {
    for (const kind of this.#moved) {
      const refusal = coordinatorRefusal(kind, this.#random.next() < 0.5, api, message);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}
