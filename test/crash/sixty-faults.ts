/*
 * npm run faults -- [--seed S] [--faults N] [--brokers N]
 *
 * Three Millrace processes run two topologies exactly once on a real Kafka of three brokers, while N random faults (default
 * 60) strike: kill -9 of a process or a broker, SIGSTOP for longer than the session, cut connections. Prints each fault and
 * the verdict; exit code 1 if a record was lost or doubled. The same seed plans the same faults; what they meet differs.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/util/time.js';
import { runWithFaults } from '../support/faults/fault-run.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    faults: { type: 'string', default: '60' },
    brokers: { type: 'string', default: '3' },
  },
});
const seed = Number(values.seed ?? systemClock.nowMs() % 1_000_000);
console.log(`seed ${seed}`);
try {
  const say = (line: string): void => {
    console.log(line);
  };
  await runWithFaults({ seed, faults: Number(values.faults), brokers: Number(values.brokers), say });
  console.log('verdict: exactly once, nothing lost and nothing doubled');
} catch (error) {
  console.log(`verdict: FAILED, ${(error as Error).message}`); // only errors are thrown
  process.exitCode = 1;
}
