import { invalid } from '../../util/errors.js';
import { Simulation, type SimulationResult } from './simulation.js';
import type { Workload } from './workload.js';
import { asyncCount } from './workloads/async-count.js';
import { asyncMap } from './workloads/async-map.js';
import { globalJoin } from './workloads/global-join.js';
import { regroupedTable } from './workloads/regrouped-table.js';
import { repartitionedCount } from './workloads/repartitioned-count.js';
import { streamJoin } from './workloads/stream-join.js';
import { unloggedCount } from './workloads/unlogged-count.js';
import { windowedFinal } from './workloads/windowed-final.js';

/** What simulations run. */
export const WORKLOADS: readonly Workload[] = [
  repartitionedCount,
  windowedFinal,
  streamJoin,
  regroupedTable,
  unloggedCount,
  globalJoin,
  asyncCount,
  asyncMap,
];

/**
 * Runs the simulation of one seed: several instances of an application, their broker, and faults among them. The seed
 * decides everything, the workload included unless it is named.
 * @throws MillraceError `WORKLOAD_UNKNOWN`
 */
export function simulate(seed: number, workloadName?: string): Promise<SimulationResult> {
  const workload =
    workloadName === undefined
      ? WORKLOADS[seed % WORKLOADS.length]
      : WORKLOADS.find(({ name }) => name === workloadName);
  if (workload === undefined) {
    throw invalid('WORKLOAD_UNKNOWN', `there is no workload "${String(workloadName)}"`, {
      hint: `Take one of ${WORKLOADS.map(({ name }) => name).join(', ')}.`,
    });
  }
  return new Simulation(seed, workload).run();
}
