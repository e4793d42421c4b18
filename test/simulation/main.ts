/*
 * npm run simulate -- [--seeds N] [--seed S] [--workload NAME] [--events N] [--jobs N] [--bail]
 *
 * Simulates N seeds (default 100) from S (default 1) on, in several processes, and prints for each that fails why, its last
 * events, and the command that replays it; `--bail` ends at the first. With `--seed` alone it runs that one seed and prints its
 * last events. Ends with `N passed, M failed`, exit code 1 if one failed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { simulate } from '../../src/testing/simulation/simulate.js';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    workload: { type: 'string' },
    events: { type: 'string', default: '40' },
    bail: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** Run every STEPth seed in this process, for the process that shares them out. */
    step: { type: 'string' },
  },
});
const alone = options.seed !== undefined && options.seeds === undefined;
const first = Number(options.seed ?? '1');
const count = alone ? 1 : Number(options.seeds ?? '100');

/** What one process tells another of a seed. */
interface Outcome {
  readonly failed: boolean;
  readonly faults: Readonly<Record<string, number>>;
  readonly report: string;
}

if (options.step !== undefined) {
  for (let seed = first; seed < first + count; seed += Number(options.step)) process.send?.(await run(seed));
  process.disconnect();
} else if (alone) {
  const { failed, report } = await run(first, true);
  console.log(report);
  process.exitCode = failed ? 1 : 0;
} else {
  await shareOut(Math.min(Number(options.jobs), count));
}

async function run(seed: number, verbose = false): Promise<Outcome> {
  const { failure, workload, events, simulatedMs, faults, fingerprint, lastEvents } = await simulate(
    seed,
    options.workload,
  );
  const lines = [
    `seed ${seed}: ${failure === undefined ? 'passed' : `FAILED: ${failure.stack ?? failure.message}`}`,
    `${workload}, ${events} events in ${simulatedMs} simulated ms, ${JSON.stringify(faults)}`,
    `fingerprint ${fingerprint}`,
  ];
  if (verbose || failure !== undefined) lines.push(...lastEvents.slice(lastEvents.length - Number(options.events)));
  if (failure !== undefined)
    lines.push(`replay: npm run simulate -- --seed ${seed} --workload ${workload} --events 400`);
  return { failed: failure !== undefined, faults, report: lines.join('\n') };
}

async function shareOut(jobs: number): Promise<void> {
  let [passed, failed] = [0, 0];
  const faults = new Map<string, number>();
  const take = (outcome: Outcome): void => {
    if (outcome.failed) failed++;
    else passed++;
    for (const [name, times] of Object.entries(outcome.faults)) faults.set(name, (faults.get(name) ?? 0) + times);
    if (outcome.failed) console.log(`${outcome.report}\n`);
    if (outcome.failed && options.bail) for (const { child } of children) child.kill();
    else if ((passed + failed) % 100 === 0) console.log(`${passed + failed} of ${count} seeds`);
  };
  const children = Array.from({ length: jobs }, (_, index) => {
    const passedOn = ['--step', String(jobs), '--seed', String(first + index), '--seeds', String(count - index)];
    const workload = options.workload === undefined ? [] : ['--workload', options.workload];
    const child = fork(fileURLToPath(import.meta.url), [...passedOn, ...workload, '--events', options.events]);
    child.on('message', (outcome) => {
      take(outcome as Outcome); // sent by `run` of the child
    });
    return { child, exit: once(child, 'exit') };
  });
  const codes = (await Promise.all(children.map(({ exit }) => exit))).map(([code]) => code as unknown);
  console.log(`faults: ${[...faults].map(([name, times]) => `${name} ${times}`).join(', ')}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed !== count || codes.some((code) => code !== 0) ? 1 : 0;
}
