import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { simulate } from '../../src/testing/simulation/simulate.js';
import type { SimulationResult } from '../../src/testing/simulation/simulation.js';

const SEED = 11;

async function fingerprintElsewhere(): Promise<string | undefined> {
  const script = ['--import', './test/support/typescript.js', './test/simulation/main.ts', '--seed', String(SEED)];
  const { stdout } = await promisify(execFile)(process.execPath, script);
  return /fingerprint (.*)/.exec(stdout)?.[1];
}

describe('a simulation', () => {
  let once: SimulationResult;
  beforeAll(async () => {
    once = await simulate(SEED);
  }, 60_000);

  it('is decided by its seed: all that happens, the clock and the next random number', async () => {
    const again = await simulate(SEED);
    expect(again.fingerprint).toBe(once.fingerprint);
    expect(again.lastEvents).toEqual(once.lastEvents);
  }, 60_000);

  it('is the same in another process', async () => {
    expect(await fingerprintElsewhere()).toBe(once.fingerprint);
  }, 60_000);

  it('is another for another seed', async () => {
    expect((await simulate(SEED + 1)).fingerprint).not.toBe(once.fingerprint);
  }, 60_000);
});
