import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../../src/testing/simulation/faults.js';
import { SimulatedBroker } from '../../src/testing/simulation/simulated-broker.js';
import { SimulatedInstance } from '../../src/testing/simulation/simulated-instance.js';
import { NO_FAULTS, SimulatedNetwork } from '../../src/testing/simulation/simulated-network.js';
import { SimulatedWorld } from '../../src/testing/simulation/simulated-world.js';
import { unloggedCount } from '../../src/testing/simulation/workloads/unlogged-count.js';

/** Longer than any fault lasts. */
const AFTERWARDS_MS = 60_000;

describe('a fault that strikes again before it is over', () => {
  const world = new SimulatedWorld(1);
  const broker = new SimulatedBroker(world, 2, 0);
  const network = new SimulatedNetwork(world, broker);
  const target = new SimulatedInstance({ world, network, workload: unloggedCount, settings: {} }, 'i0');
  const random = world.random('faults');
  const around = { world, broker, network, random, target, bound: true, lasting: false, instances: () => [target] };
  const strikeOften = async (name: string): Promise<void> => {
    for (let strike = 0; strike < 10; strike++) {
      FAULTS[name]?.({ ...around, add: () => undefined });
      await world.pass(500);
    }
    await world.pass(AFTERWARDS_MS);
  };

  it('leaves a disk as fast as it was', async () => {
    const { writeMs } = target;
    await strikeOften('slowDisk');
    expect(target.writeMs).toBe(writeMs);
  });

  it.each(['flaky', 'partition'])('leaves a link as good as it was (%s)', async (name) => {
    await strikeOften(name);
    const link = network.link(target.machine);
    expect(link.faults).toBe(NO_FAULTS);
    let arrived = 0;
    for (const direction of ['to broker', 'from broker'] as const) link.pass(direction, () => arrived++);
    expect(arrived).toBe(2);
  });
});
