/*
 * npm run simulate:mutations -- [--seeds N] [--jobs N] [--only TEXT]
 *
 * Takes away one line of the fencing at a time (mutations.ts) and simulates up to N seeds (default 200): each mutation must
 * make one fail. Prints a table of the first seed that does; exit code 1 if a mutation survives. A line whose work another
 * does too is taken away together with that one, and has to be missed by a seed that does not miss the other.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MUTATIONS, type Change, type Mutation } from './mutations.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
  },
});
const waiting = MUTATIONS.filter(({ name }) => name.includes(values.only));
let survivors = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(`${survivors} of ${MUTATIONS.length} survive`);
process.exitCode = survivors > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
    const seed = await firstFailure(mutation);
    if (seed === undefined) survivors++;
    console.log(`${seed === undefined ? 'SURVIVES' : `seed ${seed}`.padEnd(8)} | ${mutation.name} (${mutation.file})`);
  }
}

/** The first seed that fails with a mutation and, where another line does the same work, not without that line alone. */
async function firstFailure({ together, ...change }: Mutation): Promise<number | undefined> {
  const most = Number(values.seeds);
  const changes = together === undefined ? [change] : [change, together.change];
  for (let from = 1; from <= most;) {
    const seed = await failureAmong(most - from + 1, from, changes);
    if (seed === undefined || together === undefined) return seed;
    if ((await failureAmong(1, seed, [together.change])) === undefined) return seed;
    from = seed + 1;
  }
  return undefined;
}

/** The first of so many seeds that fails with these changes; undefined if none does. */
async function failureAmong(count: number, from: number, changes: readonly Change[]): Promise<number | undefined> {
  const script = ['--import', './test/support/typescript.js', './test/simulation/main.ts'];
  const seeds = ['--seeds', String(count), '--seed', String(from)];
  const child = spawn(process.execPath, [...script, ...seeds, '--bail', '--jobs', '1'], {
    env: { ...process.env, MUTATION: JSON.stringify(changes) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  await once(child, 'close');
  const [, seed] = /^seed (\d+): FAILED/m.exec(printed) ?? [];
  if (seed === undefined && !/ passed, 0 failed/.test(printed))
    throw new Error(`${JSON.stringify(changes)}: ${printed}`);
  return seed === undefined ? undefined : Number(seed);
}
