import type { ApiName } from '../../broker/client/protocol.js';
import type { Random } from '../../util/random.js';
import { FAULTS, type Fault, type Surroundings } from './faults.js';
import type { MessageStage } from './simulated-network.js';
import { oneOf } from './workload.js';

/** Requests around which a fault can do harm. */
const MOMENTS: readonly ApiName[] = [
  'Produce',
  'TxnOffsetCommit',
  'EndTxn',
  'InitProducerId',
  'JoinGroup',
  'SyncGroup',
  'OffsetFetch',
  'ListOffsets',
];
const STAGES: readonly MessageStage[] = ['sent', 'arrived', 'answered'];

/** A moment that a fault waits for. */
interface Trap {
  readonly api: ApiName;
  readonly stage: MessageStage;
  readonly fault: readonly [string, Fault];
}

/**
 * Strikes with faults until a time. Each run has some kinds of faults and not others, so that each kind meets the rest of the
 * program undisturbed too; half of them strike whenever it is, half at a message: right after it was sent, arrived, or was
 * answered.
 */
export class Chaos {
  readonly #random: Random;
  readonly #chosen: readonly (readonly [string, Fault])[];
  readonly #meanMs: number;
  #trap: Trap | undefined;
  /** Faults that happened, by name. */
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly around: Surroundings,
    private readonly untilMs: number,
  ) {
    const { random } = around;
    this.#random = random;
    this.#chosen = Object.entries(FAULTS).filter(() => random.next() < 0.5);
    this.#meanMs = 200 + 2_000 * random.next();
  }

  start(): void {
    this.around.network.watch = (machine, api, stage) => {
      if (this.#trap?.api === api && this.#trap.stage === stage) this.#spring(this.#trap, machine);
    };
    this.#next();
  }

  #next(): void {
    const { world } = this.around;
    const random = this.#random;
    world.schedule(undefined, this.#meanMs * 2 * random.next(), 'a fault', () => {
      if (world.nowMs >= this.untilMs) {
        this.#trap = undefined;
        return;
      }
      const fault = this.#chosen[Math.floor(random.next() * this.#chosen.length)];
      if (fault !== undefined && random.next() < 0.5) this.#strike(fault, undefined);
      else if (fault !== undefined) this.#trap = { api: oneOf(random, MOMENTS), stage: oneOf(random, STAGES), fault };
      this.#next();
    });
  }

  /** After this event, so that whoever sends has ended its turn. */
  #spring({ api, stage, fault }: Trap, machine: string): void {
    this.#trap = undefined;
    if (!this.around.instances().some((instance) => instance.machine === machine)) return;
    this.around.world.schedule(undefined, 0, `${api} of ${machine} was ${stage}`, () => {
      this.#strike(fault, machine);
    });
  }

  #strike([name, fault]: readonly [string, Fault], machine: string | undefined): void {
    const { world, instances } = this.around;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    world.trace.add(world.nowMs, `fault: ${name}`);
    const target = instances().find(
      (instance) => instance.machine === machine && instance.state === 'running' && !instance.spared,
    );
    fault({ ...this.around, target });
  }
}
