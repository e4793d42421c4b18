import { describe, expect, it } from '@jest/globals';
import { AsyncCallTimedOutError } from '../../../../src/processor/async/async-call-error.js';
import { ASYNC_FAILURE_HEADERS } from '../../../../src/processor/async/map-async.js';
import { Mapped } from './mapped.js';

const down = new Error('down');
const exactDelays = { initialDelay: 100, maxDelay: 300, jitter: 0 };

describe('a call that fails', () => {
  it('is made again after a delay that doubles up to a bound', async () => {
    const mapped = await Mapped.start({ retry: exactDelays });
    await mapped.input.pipe('a', '1');
    for (const delayMs of [100, 200, 300, 300]) {
      const made = mapped.calls.made.length;
      await mapped.answer('1', down);
      await mapped.pass(delayMs - 1);
      expect(mapped.calls.made).toHaveLength(made);
      await mapped.pass(1);
      expect(mapped.calls.made).toHaveLength(made + 1);
    }
    await mapped.answer('1');
    expect(mapped.written()).toEqual(['a=1!']);
    expect(mapped.calls.made.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
  });

  it('holds up its own key only', async () => {
    const mapped = await Mapped.start({ concurrency: 1, retry: exactDelays });
    await mapped.input.pipeAll([['a', 'a1'], ['a', 'a2'], ['b', 'b1']]); // prettier-ignore
    await mapped.answer('a1', down);
    await mapped.answer('b1');
    expect(mapped.written()).toEqual(['b=b1!']);
    await mapped.pass(100);
    await mapped.answer('a1');
    await mapped.answer('a2');
    expect(mapped.written()).toEqual(['b=b1!', 'a=a1!', 'a=a2!']);
  });

  it('is not made again for an error that `retryIf` does not take', async () => {
    const retry = { retryIf: (error: unknown) => error !== down };
    const mapped = await Mapped.start({ retry, fallback: (value, error) => `${value}: ${error.message}` });
    await mapped.input.pipe('a', '1');
    await mapped.answer('1', down);
    expect(mapped.written()).toEqual(['a=1: no result after 1 call: down']);
  });

  it('by taking too long is aborted, and what it gives later is dropped', async () => {
    const mapped = await Mapped.start({ timeout: 50, retry: exactDelays });
    await mapped.input.pipe('a', '1');
    await mapped.pass(50);
    const [first] = mapped.calls.made;
    expect(first?.signal.aborted).toBe(true);
    first?.resolve('too late');
    await mapped.pass(100);
    await mapped.answer('1', 'in time');
    expect(mapped.written()).toEqual(['a=in time']);
  });

  it('in the moment in which its time is over has failed once', async () => {
    const mapped = await Mapped.start({ timeout: 50, retry: exactDelays });
    await mapped.input.pipe('a', '1');
    mapped.calls.made[0]?.reject(down); // is known only after the time-out
    await mapped.pass(50);
    await mapped.pass(1_000);
    expect(mapped.calls.made).toHaveLength(2);
  });
});

describe('a record whose calls have all failed', () => {
  const once = { attempts: 1 };

  it('goes aside unchanged, with headers that say why', async () => {
    const mapped = await Mapped.start({ name: 'ask', retry: once, failed: (failed) => { failed.to('failed'); } }); // prettier-ignore
    await mapped.input.pipe('a', '1', { timestamp: 3 });
    await mapped.answer('1', down);
    expect(mapped.written()).toEqual([]);
    const [{ headers, ...record } = { headers: [] }] = mapped.driver.records('failed');
    expect(record).toMatchObject({ key: Buffer.from('a'), value: Buffer.from('1'), timestamp: 3 });
    expect(headers.map(([name, value]) => [name, String(value)])).toEqual([
      [ASYNC_FAILURE_HEADERS.node, 'ask'],
      [ASYNC_FAILURE_HEADERS.message, 'no result after 1 call: down'],
      [ASYNC_FAILURE_HEADERS.attempts, '1'],
    ]);
  });

  it('stops the task, if nothing else is said', async () => {
    const mapped = await Mapped.start({ retry: once });
    await mapped.input.pipe('a', '1');
    await expect(mapped.answer('1', down)).rejects.toMatchObject({
      code: 'PROCESSING_FAILED',
      cause: { code: 'ASYNC_CALL_FAILED', cause: down },
      context: { topic: 'in', partition: 0, offset: 0 },
    });
  });

  it('is skipped where the policy says so, and the next of its key has its turn', async () => {
    const mapped = await Mapped.start({ retry: once }, { errorPolicies: { processing: 'skip' } });
    await mapped.input.pipeAll([['a', '1'], ['a', '2']]); // prettier-ignore
    await mapped.answer('1', down);
    await mapped.answer('2');
    expect(mapped.written()).toEqual(['a=2!']);
  });

  it('becomes a dead letter where the policy says so, with key and value as they came', async () => {
    const mapped = await Mapped.start({ retry: once }, { errorPolicies: { processing: { deadLetter: 'dead' } } });
    await mapped.input.pipe('a', '1');
    await mapped.answer('1', down);
    expect(mapped.written('dead')).toEqual(['a=1']);
  });

  it('tells a time-out as one', async () => {
    const seen: unknown[] = [];
    const retry = { attempts: 2, jitter: 0, retryIf: (error: unknown) => seen.push(error) > 0 };
    const mapped = await Mapped.start({ timeout: 50, retry, fallback: () => 'none' });
    await mapped.input.pipe('a', '1');
    for (const ms of [50, 100, 50]) await mapped.pass(ms);
    expect(mapped.written()).toEqual(['a=none']);
    expect(seen[0]).toBeInstanceOf(AsyncCallTimedOutError);
  });
});
