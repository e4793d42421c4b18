import { describe, expect, it } from '@jest/globals';
import { UncaughtErrors } from '../../../src/runtime/uncaught-error.js';
import { invalid } from '../../../src/util/errors.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('replacements', () => {
  it('end after ten within five minutes, each waiting longer than the one before', () => {
    const uncaught = new UncaughtErrors('replace', new ManualClock());
    const delays: number[] = [];
    while (uncaught.respond(new Error('again')) === 'replace') delays.push(uncaught.replacing());
    expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('are not made when every instance is to stop', () => {
    const uncaught = new UncaughtErrors('replace', new ManualClock());
    expect(uncaught.respond(invalid('APPLICATION_SHUTDOWN', 'stop'))).toBe('shutdownClient');
  });
});
