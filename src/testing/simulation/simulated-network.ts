import { BrokerUnavailableError } from '../../broker/client/errors.js';
import type { ApiName, RequestOf, ResponseOf } from '../../broker/client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../../broker/client/transport.js';
import type { Random } from '../../util/random.js';
import { SimulatedConnection } from './simulated-connection.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { SimulatedWorld } from './simulated-world.js';

/** A direction of the network between an instance and the broker. */
export type Direction = 'to broker' | 'from broker';

/** Where a request is: on its way, with the broker, or answered. */
export type MessageStage = 'sent' | 'arrived' | 'answered';

/** How often what goes wrong on a link; each from 0 to 1, per request. */
export interface LinkFaults {
  /** The connection breaks before the request arrives. */
  readonly loseRequest: number;
  /** The broker acts, and the connection breaks before its answer arrives. */
  readonly loseAnswer: number;
  /** A request that may be repeated arrives twice. */
  readonly repeatRequest: number;
  /** A message takes up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
}

export const NO_FAULTS: LinkFaults = { loseRequest: 0, loseAnswer: 0, repeatRequest: 0, slow: 0, slowMs: 0 };

/** The broker at the other end of a connection. */
export interface BrokerPeer {
  readonly process: SimulatedProcess;
  readonly transport: Transport;
}

/** What the network reaches: a broker that may be down. */
export interface BrokerHost {
  readonly up: boolean;
  /** A connection of its own to the broker; undefined while it is down. */
  accept(): BrokerPeer | undefined;
  /** Answers in place of the broker, if it is not to be asked now. */
  divert<A extends ApiName>(api: A, message: RequestOf<A>): ResponseOf<A> | undefined;
  readonly features: BrokerFeatures;
}

/** The way between one machine and the broker. */
export class Link {
  faults = NO_FAULTS;
  /** What is cut stays so after all other faults are over. */
  lasting = false;
  readonly #cut = new Map<Direction, (() => void)[]>();
  readonly connections = new Set<SimulatedConnection>();
  /** Told of each request. */
  watch: ((api: ApiName, stage: MessageStage) => void) | undefined;

  constructor(
    readonly name: string,
    readonly random: Random,
  ) {}

  /** Nothing arrives in this direction; it may when the link is mended, unless its connection has gone by then. */
  cut(direction: Direction): void {
    if (!this.#cut.has(direction)) this.#cut.set(direction, []);
  }

  mend(): void {
    this.faults = NO_FAULTS;
    this.lasting = false;
    const waiting = [...this.#cut.values()].flat();
    this.#cut.clear();
    for (const arrive of waiting) arrive();
  }

  /** Ends every connection; both sides learn of it. */
  breakAll(): void {
    for (const connection of [...this.connections]) connection.break('the connection broke');
  }

  /** Calls `arrive` now, or once the direction is open again. */
  pass(direction: Direction, arrive: () => void): void {
    const waiting = this.#cut.get(direction);
    if (waiting === undefined) arrive();
    else waiting.push(arrive);
  }

  happens(fault: Exclude<keyof LinkFaults, 'slowMs'>): boolean {
    const chance = this.faults[fault];
    return chance > 0 && this.random.next() < chance;
  }

  /** How long a message takes, milliseconds. */
  latencyMs(): number {
    const usual = 0.2 + 1.8 * this.random.next();
    return this.happens('slow') ? usual + this.random.next() * this.faults.slowMs : usual;
  }
}

/** The network between the processes and the broker. */
export class SimulatedNetwork {
  readonly #links = new Map<string, Link>();
  /** Told of each request of each machine. */
  watch: ((machine: string, api: ApiName, stage: MessageStage) => void) | undefined;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly broker: BrokerHost,
  ) {}

  /** The link of a machine. */
  link(machine: string): Link {
    let link = this.#links.get(machine);
    if (link === undefined) {
      link = new Link(machine, this.world.random(`link of ${machine}`));
      link.watch = (api, stage) => this.watch?.(machine, api, stage);
      this.#links.set(machine, link);
    }
    return link;
  }

  /** What a process has for a transport, over the link of its machine. */
  transport(process: SimulatedProcess, machine: string): Transport {
    return new SimulatedTransport(this.world, this.broker, process, this.link(machine));
  }

  /** The broker has gone: every connection breaks. */
  brokerGone(): void {
    for (const link of this.#links.values()) link.breakAll();
  }
}

/** One connection per (node, channel), made anew after it broke. */
class SimulatedTransport implements Transport {
  readonly #connections = new Map<string, SimulatedConnection>();
  #closed = false;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly broker: BrokerHost,
    private readonly process: SimulatedProcess,
    private readonly link: Link,
  ) {}

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.process.schedule(this.link.latencyMs(), 'connects', () => {
        if (this.broker.up) resolve();
        else reject(refused());
      });
    });
  }

  features(): BrokerFeatures {
    return this.broker.features;
  }

  request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    if (this.#closed) return Promise.reject(refused());
    return this.#connection(node, channel).request(api, message, options?.timeoutMs);
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.break('the transport is closed');
    return Promise.resolve();
  }

  #connection(node: number | 'any', channel: Channel): SimulatedConnection {
    const name = `${node}/${channel}`;
    let connection = this.#connections.get(name);
    if (connection === undefined || connection.broken) {
      connection = new SimulatedConnection({
        world: this.world,
        broker: this.broker,
        process: this.process,
        link: this.link,
        channel,
      });
      this.#connections.set(name, connection);
    }
    return connection;
  }
}

function refused(): BrokerUnavailableError {
  return new BrokerUnavailableError('the broker cannot be reached');
}
