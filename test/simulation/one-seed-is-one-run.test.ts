import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { simulate } from '../../src/testing/simulation/simulate.js';

const SEED = 11;

/** The same in another process: no address, hash seed or module order may matter. */
async function fingerprintElsewhere(): Promise<string | undefined> {
  const script = ['--import', './test/support/typescript.js', './test/simulation/main.ts', '--seed', String(SEED)];
  const { stdout } = await promisify(execFile)(process.execPath, script);
  return /fingerprint (.*)/.exec(stdout)?.[1];
}

describe('a simulation', () => {
  it('is decided by its seed: all that happens, the clock and the next random number', async () => {
    const [once, again] = [await simulate(SEED), await simulate(SEED)];
    expect(again.fingerprint).toBe(once.fingerprint);
    expect(again.lastEvents).toEqual(once.lastEvents);
  });

  it('is the same in another process', async () => {
    expect(await fingerprintElsewhere()).toBe((await simulate(SEED)).fingerprint);
  });

  it('is another for another seed', async () => {
    expect((await simulate(SEED + 1)).fingerprint).not.toBe((await simulate(SEED)).fingerprint);
  });
});
