import type { ContractCase } from '../store/contract-case.js';
import { crashCases } from './crash-cases.js';
import type { SinkCase } from './sink-case.js';
import { SinkScenario } from './sink-scenario.js';
import type { SinkDestination, SinkWorld } from './sink-world.js';
import { writingCases } from './writing-cases.js';

export type { ContractRow, ContractValue, Fault, SinkDestination, SinkWorld } from './sink-world.js';

/** The contract of sinks, for one kind of sink, by the guarantee that it declares. */
export function sinkContract(world: SinkWorld): ContractCase[] {
  return [...writingCases, ...crashCases]
    .filter((each) => each.applies?.(world) ?? true)
    .map((each) => ({ name: each.name, run: () => onDestinations(world, each) }));
}

async function onDestinations(world: SinkWorld, each: SinkCase): Promise<void> {
  const made: SinkDestination[] = [];
  const another = async (): Promise<SinkScenario> => {
    const destination = await world.destination();
    made.push(destination);
    return new SinkScenario(world, destination);
  };
  try {
    await each.run(await another(), another);
  } finally {
    for (const destination of made) await destination.dispose();
  }
}
