import { describe, expect, it } from '@jest/globals';
import { runWithFaults } from '../support/faults/fault-run.js';

const FAULTS = 8;
/** FAULT_SEED plans other faults; `npm run faults` strikes as many as are wanted. */
const seed = Number(process.env['FAULT_SEED'] ?? 13);

describe(`two topologies in three processes, struck by ${FAULTS} faults (FAULT_SEED=${seed})`, () => {
  it('lose nothing and double nothing for a read_committed reader', async () => {
    const said: string[] = [];
    const run = runWithFaults({ seed, faults: FAULTS, brokers: 3, say: (line) => said.push(line) });
    await expect(run.catch((error: unknown) => [...said, error])).resolves.toBeUndefined();
  }, 600_000);
});
