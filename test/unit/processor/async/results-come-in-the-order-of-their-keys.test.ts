import { describe, expect, it } from '@jest/globals';
import { Mapped } from './mapped.js';

describe('results of mapAsync', () => {
  it('come in the order of their key, one call after the other, while other keys pass by', async () => {
    const mapped = await Mapped.start();
    await mapped.input.pipeAll([['a', 'a1'], ['a', 'a2'], ['b', 'b1']]); // prettier-ignore
    expect(mapped.calls.values).toEqual(['a1', 'b1']);
    await mapped.answer('b1');
    expect(mapped.written()).toEqual(['b=b1!']);
    await mapped.answer('a1');
    await mapped.answer('a2');
    expect(mapped.written()).toEqual(['b=b1!', 'a=a1!', 'a=a2!']);
  });

  it('come as they are there, without an order', async () => {
    const mapped = await Mapped.start({ order: 'none' });
    await mapped.input.pipeAll([['a', 'a1'], ['a', 'a2']]); // prettier-ignore
    await mapped.answer('a2');
    await mapped.answer('a1');
    expect(mapped.written()).toEqual(['a=a2!', 'a=a1!']);
  });

  it('of records without a key have no order', async () => {
    const mapped = await Mapped.start();
    await mapped.input.pipeAll([[null, '1'], [null, '2']]); // prettier-ignore
    await mapped.answer('2');
    expect(mapped.written()).toEqual(['=2!']);
  });

  it('have the timestamp, the headers and the place of their records', async () => {
    const mapped = await Mapped.start();
    const headers = [['h', Buffer.from('x')]] as const;
    await mapped.input.pipe('a', 'a1', { timestamp: 7, headers });
    await mapped.input.pipe('b', 'b1', { timestamp: 9 });
    await mapped.answer('a1');
    expect(mapped.driver.records('out')).toMatchObject([{ timestamp: 7, headers }]);
    expect(mapped.calls.made[0]).toMatchObject({ key: 'a', timestamp: 7, headers, attempt: 1 });
  });

  it('are asked for by so many calls at the same time, and no more', async () => {
    const mapped = await Mapped.start({ concurrency: 2 });
    await mapped.input.pipeAll([['a', '1'], ['b', '2'], ['c', '3']]); // prettier-ignore
    expect(mapped.calls.values).toEqual(['1', '2']);
    await mapped.answer('2');
    expect(mapped.calls.values).toEqual(['1', '2', '3']);
  });

  it('let the task read on once fewer than `maxPending` records wait', async () => {
    const mapped = await Mapped.start({ maxPending: 2 });
    await mapped.input.pipeAll([['a', '1'], ['b', '2'], ['c', '3']]); // prettier-ignore
    expect(mapped.calls.values).toEqual(['1', '2']);
    await mapped.answer('1');
    expect(mapped.calls.values).toEqual(['1', '2', '3']);
  });

  it('are all there when the driver has completed them', async () => {
    const mapped = await Mapped.start({ concurrency: 1 });
    await mapped.input.pipeAll([['a', '1'], ['b', '2']]); // prettier-ignore
    const completed = mapped.driver.completeAsync();
    mapped.calls.made[0]?.resolve('first');
    setImmediate(() => mapped.calls.made[1]?.resolve('second'));
    await completed;
    expect(mapped.written()).toEqual(['a=first', 'b=second']);
  });
});

describe('an idempotency key', () => {
  it('names the record by its place, and is the same for each call for it', async () => {
    const mapped = await Mapped.start({ name: 'ask' });
    await mapped.input.pipeAll([['a', '1'], ['b', '2']]); // prettier-ignore
    await mapped.answer('1', new Error('no'));
    await mapped.pass(1_000);
    const keys = mapped.calls.made.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual(['app/ask/in-0@0', 'app/ask/in-0@1', 'app/ask/in-0@0']);
  });
});
