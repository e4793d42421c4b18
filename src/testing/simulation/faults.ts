import type { Random } from '../../util/random.js';
import type { SimulatedBroker } from './simulated-broker.js';
import { USUAL_WRITE_MS, type SimulatedInstance } from './simulated-instance.js';
import { NO_FAULTS, type Direction, type SimulatedNetwork } from './simulated-network.js';
import type { SimulatedWorld } from './simulated-world.js';
import { oneOf } from './workload.js';

/** What faults happen to. */
export interface Surroundings {
  readonly world: SimulatedWorld;
  readonly broker: SimulatedBroker;
  readonly network: SimulatedNetwork;
  readonly random: Random;
  /** Whom the fault is to strike; left out: any that runs. */
  readonly target?: SimulatedInstance;
  /** State is on one disk only: it must not be lost, and nobody else may take it over. */
  readonly bound: boolean;
  /** Open transactions outlast the run, unless their writers are fenced. */
  readonly lasting: boolean;
  readonly instances: () => readonly SimulatedInstance[];
  /** Another machine for an instance, or for a new one. */
  readonly add: (id?: string) => SimulatedInstance | undefined;
}

/** Longer than a client asks for the end of a transaction: its outcome stays unknown. */
const LASTING_PARTITION_MS = 45_000;

/** One fault with all that comes of it in time. */
export type Fault = (around: Surroundings) => void;

function running({ instances }: Surroundings): readonly SimulatedInstance[] {
  return instances().filter(({ state, spared }) => state === 'running' && !spared);
}

/** Acts on a running instance, if there is one. */
function onOne(act: (instance: SimulatedInstance, around: Surroundings) => void): Fault {
  return (around) => {
    const candidates = running(around);
    if (around.target !== undefined) act(around.target, around);
    else if (candidates.length > 0) act(oneOf(around.random, candidates), around);
  };
}

function later({ world, random }: Surroundings, mostMs: number, what: string, act: () => void): void {
  world.schedule(undefined, random.next() * mostMs, what, act);
}

function restart(instance: SimulatedInstance): void {
  if (instance.state === 'down') instance.start();
}

/** Every fault by its name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  /** The process is killed, or the machine loses power; it starts again on the disk as it is then, or on an empty one. */
  crash: onOne((instance, around) => {
    instance.crash(around.random.next() < 0.5 ? 'kill' : 'power');
    if (!around.bound && around.random.next() < 0.2) instance.disk.wipe();
    later(around, 8_000, `${instance.machine} starts again`, () => {
      restart(instance);
    });
  }),
  /**
   * One machine is gone for good. Where the broker does not end in time what it has left open, this falls to another that has
   * seen it in the group, and that is spared from then on; elsewhere all who knew of it may have to start again.
   */
  lose: onOne((instance, around) => {
    if (around.bound || around.instances().some(({ lost }) => lost)) return;
    const heir = running(around).find((other) => other !== instance && other.settled);
    if (heir === undefined) return;
    heir.spared = around.lasting;
    instance.crash('kill');
    instance.lost = true;
  }),
  /** The process stands still, often for longer than its session lasts, and goes on as if nothing had been. */
  pause: onOne((instance, around) => {
    instance.pause();
    later(around, around.random.next() < 0.5 ? 1_500 : 12_000, `${instance.machine} wakes`, () => {
      instance.wake();
    });
  }),
  /** Nothing gets through any more, in one direction or both. */
  partition: onOne((instance, around) => {
    const link = around.network.link(instance.machine);
    const cut = oneOf<readonly Direction[]>(around.random, [
      ['to broker'],
      ['from broker'],
      ['to broker', 'from broker'],
    ]);
    for (const direction of cut) link.cut(direction);
    link.lasting = around.random.next() < 0.1;
    const mostMs = link.lasting ? LASTING_PARTITION_MS : around.random.next() < 0.5 ? 1_000 : 12_000;
    later(around, mostMs, `${instance.machine} is connected again`, () => {
      link.mend();
    });
  }),
  /** Connections break, messages are slow, and some requests arrive twice. */
  flaky: onOne((instance, around) => {
    const { random } = around;
    const link = around.network.link(instance.machine);
    link.faults = {
      loseRequest: random.next() * 0.2,
      loseAnswer: random.next() * 0.2,
      repeatRequest: random.next() * 0.3,
      slow: random.next() * 0.5,
      slowMs: random.next() < 0.5 ? 50 : 1_000,
    };
    later(around, 4_000, `${instance.machine} has a good network again`, () => {
      link.faults = NO_FAULTS;
    });
  }),
  /** Every connection of an instance breaks at once. */
  break: onOne((instance, { network }) => {
    network.link(instance.machine).breakAll();
  }),
  slowDisk: onOne((instance, around) => {
    instance.writeMs = 200 + 2_000 * around.random.next();
    later(around, 4_000, `${instance.machine} has a fast disk again`, () => {
      instance.writeMs = USUAL_WRITE_MS;
    });
  }),
  join: ({ bound, add }) => {
    if (!bound) add()?.start();
  },
  leave: onOne((instance, around) => {
    void instance.close(!around.bound && around.random.next() < 0.7).then(() => {
      later(around, 5_000, `${instance.machine} starts again`, () => {
        restart(instance);
      });
    });
  }),
  /** An instance seems dead and is started anew on another machine; then the first goes on. */
  replace: onOne((instance, around) => {
    if (around.bound) return;
    const other = around.add(instance.id);
    if (other === undefined) return;
    instance.pause();
    later(around, 2_000, `${instance.id} starts on ${other.machine}`, () => {
      other.start();
    });
    later(around, 10_000, `${instance.machine} wakes`, () => {
      instance.wake();
    });
  }),
  killBroker: (around) => {
    const { broker, network } = around;
    if (!broker.up) return;
    broker.kill();
    network.brokerGone();
    later(around, 2_000, 'the broker starts again', () => void broker.start());
  },
  moveCoordinator: (around) => {
    around.broker.moveCoordinator(oneOf(around.random, ['group', 'transaction']));
    later(around, 2_000, 'coordinators have arrived', () => {
      around.broker.coordinatorsArrive();
    });
  },
};
