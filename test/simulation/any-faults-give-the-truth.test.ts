import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { simulate } from '../../src/testing/simulation/simulate.js';

const seeds = readFileSync(join(import.meta.dirname, 'seeds'), 'utf8')
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => line.split(/\s+/));

describe('whatever happens to instances, network, disks and broker', () => {
  it.each(seeds)(
    'the outcome is that of one undisturbed instance (seed %s)',
    async (seed, workload) => {
      const { failure } = await simulate(Number(seed), workload);
      expect(failure).toBeUndefined();
    },
    60_000,
  );
});
