import { describe, expect, it } from '@jest/globals';
import { Mapped } from './mapped.js';

const down = new Error('down');
const letters = ['a', 'b', 'c', 'd'].map((letter) => [letter, letter] as const);

describe('a rate limit', () => {
  it('lets some calls begin at once, and the others one after the other', async () => {
    const mapped = await Mapped.start({ rateLimit: { perSecond: 10, burst: 2 } });
    await mapped.input.pipeAll(letters);
    expect(mapped.calls.values).toEqual(['a', 'b']);
    await mapped.pass(99);
    expect(mapped.calls.values).toEqual(['a', 'b']);
    await mapped.pass(1);
    expect(mapped.calls.values).toEqual(['a', 'b', 'c']);
    await mapped.pass(100);
    expect(mapped.calls.values).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a circuit breaker', () => {
  const options = { circuitBreaker: { failures: 2, openFor: 1_000 }, retry: { initialDelay: 10, jitter: 0 } };

  it('keeps calls back after failures in a row, then lets one try, and all when it succeeds', async () => {
    const mapped = await Mapped.start({ ...options, concurrency: 2 });
    await mapped.input.pipeAll(letters);
    await mapped.answer('a', down);
    await mapped.answer('b', down); // `c` is under way since `a` has failed
    const made = mapped.calls.made.length;
    await mapped.pass(999);
    expect(mapped.calls.made).toHaveLength(made);
    await mapped.pass(1);
    expect(mapped.calls.made).toHaveLength(made + 1);
    await mapped.answer(mapped.calls.made.at(-1)?.value ?? '');
    expect(mapped.calls.made).toHaveLength(made + 2);
  });

  it('keeps calls back again when the one that tries fails', async () => {
    const mapped = await Mapped.start({ ...options, concurrency: 2 });
    await mapped.input.pipeAll(letters);
    await mapped.answer('a', down);
    await mapped.answer('b', down);
    await mapped.pass(1_000);
    const made = mapped.calls.made.length;
    await mapped.answer(mapped.calls.made.at(-1)?.value ?? '', down);
    await mapped.pass(999);
    expect(mapped.calls.made).toHaveLength(made);
    await mapped.pass(1);
    expect(mapped.calls.made).toHaveLength(made + 1);
  });

  it('does not count what another call would not mend, nor failures with a success between them', async () => {
    const refused = new Error('refused');
    const retry = { ...options.retry, retryIf: (error: unknown) => error !== refused };
    const mapped = await Mapped.start({ ...options, retry, concurrency: 1, fallback: () => 'none' });
    await mapped.input.pipeAll(letters);
    await mapped.answer('a', down);
    await mapped.answer('b', refused);
    await mapped.answer('c', down);
    expect(mapped.calls.made.at(-1)?.value).toBe('d');
  });
});

describe('options of asynchronous calls', () => {
  it.each([
    [{ concurrency: 0 }, '"concurrency" of "pending" is 0'],
    [{ timeout: '0s' }, '"timeout" of "pending" is 0'],
    [{ deadline: -1 }, '"deadline" of "pending" is -1'],
    [{ retry: { attempts: 0 } }, '"retry.attempts" of "pending" is 0'],
    [{ retry: { jitter: 2 } }, '"retry.jitter" of "pending" is 2'],
    [{ circuitBreaker: { failures: 0, openFor: 1 } }, '"circuitBreaker.failures" of "pending" is 0'],
    [{ rateLimit: { perSecond: 0 } }, '"rateLimit.perSecond" of "pending" is 0'],
    [{ maxPending: Number.NaN }, '"maxPending" of "pending" is NaN'],
    [{ late: () => undefined }, '"KSTREAM-MAPASYNC-0000000001" has a branch for late results and no deadline'],
    [
      { fallback: () => '', failed: () => undefined },
      '"KSTREAM-MAPASYNC-0000000001" has both a fallback and a branch for failed records',
    ],
  ] as const)('are refused where they cannot be right: %j', async (options, message) => {
    // prettier-ignore
    await expect(Mapped.start(options)).rejects.toMatchObject({ code: 'INVALID_ASYNC_OPTIONS', message });
  });
});
