import { describe, expect, it } from '@jest/globals';
import { ErrorCode, errorName, reactionTo, responseError } from '../../../../src/broker/client/error-codes.js';
import { BrokerUnavailableError } from '../../../../src/broker/client/errors.js';
import { Backoff, retry } from '../../../../src/broker/client/retry.js';
import { seededRandom } from '../../../../src/util/random.js';
import { ManualClock } from '../../../support/manual-clock.js';

describe('the table of errors', () => {
  it.each([
    [90, 'PRODUCER_FENCED', 'final'],
    [51, 'CONCURRENT_TRANSACTIONS', 'retry'],
    [6, 'NOT_LEADER_OR_FOLLOWER', 'moved'],
    [16, 'NOT_COORDINATOR', 'coordinator'],
    [120, 'TRANSACTION_ABORTABLE', 'final'],
    [9999, 'ERROR_9999', 'final'],
  ])('says of %d that it is %s and %s', (code, name, reaction) => {
    expect([errorName(code), reactionTo(code)]).toEqual([name, reaction]);
  });
});

describe('a request that fails', () => {
  const attempts = async (errors: readonly Error[], timeoutMs = 60_000): Promise<number[]> => {
    const clock = new ManualClock();
    const at: number[] = [];
    const left = [...errors];
    const done = retry({ clock, random: seededRandom(1), timeoutMs }, () => {
      at.push(clock.monotonicMs());
      const error = left.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    });
    await Promise.all([done, clock.advance(600_000)]);
    return at;
  };
  const concurrent = responseError(ErrorCode.CONCURRENT_TRANSACTIONS, 'Ending');

  it('is tried again within 5 ms when the last transaction still ends', async () => {
    const [, second = NaN] = await attempts([concurrent]);
    expect(second).toBeLessThanOrEqual(5);
  });

  it('is tried again without an answer, ever more slowly', async () => {
    const at = await attempts(Array.from({ length: 4 }, () => new BrokerUnavailableError('gone')));
    const waits = at.slice(1).map((time, i) => time - at[i]!);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  });

  it('is not tried again when the answer is final', async () => {
    const refused = responseError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'Writing');
    await expect(attempts([refused])).rejects.toBe(refused);
  });

  it('throws its last error after the time-out', async () => {
    const gone = Array.from({ length: 100 }, () => new BrokerUnavailableError('gone'));
    await expect(attempts(gone, 1_000)).rejects.toThrow('gone');
  });

  it('waits no longer than a bound', () => {
    const backoff = new Backoff(seededRandom(2), 20, 1_000);
    const waits = Array.from({ length: 50 }, () => backoff.nextMs());
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_200);
  });
});
