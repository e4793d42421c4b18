import { expect, it } from '@jest/globals';
import { CommittedNumber } from '../../../src/state/committed-number.js';
import { numbersToBytes, resetNumbers } from '../../../src/state/store-handle.js';

it('a number that the state on disk does not know yet keeps its initial value', () => {
  const observedMs = new CommittedNumber(-1);
  observedMs.reset(70_000);
  const earlier = numbersToBytes({ observedMs });
  const numbers = { observedMs: new CommittedNumber(-1), sequence: new CommittedNumber(0) };
  resetNumbers(numbers, earlier);
  expect([numbers.observedMs.committed, numbers.sequence.committed]).toEqual([70_000, 0]);
});
