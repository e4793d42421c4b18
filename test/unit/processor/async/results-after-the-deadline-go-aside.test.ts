import { describe, expect, it } from '@jest/globals';
import { string } from '../../../../src/serde/primitives.js';
import { Mapped } from './mapped.js';

const down = new Error('down');
const deadline = 1_000;

describe('a record whose deadline has passed', () => {
  it('holds up nobody any more, and its result goes aside', async () => {
    const mapped = await withLate();
    await mapped.input.pipeAll([['a', 'a1'], ['a', 'a2']]); // prettier-ignore
    await mapped.pass(deadline - 1);
    expect(mapped.calls.values).toEqual(['a1']);
    await mapped.input.pipe('a', 'a3');
    await mapped.pass(1);
    expect(mapped.calls.values).toEqual(['a1', 'a2', 'a3']);
    await mapped.answer('a3');
    await mapped.answer('a1');
    expect([mapped.written(), mapped.written('late')]).toEqual([['a=a3!'], ['a=a1!']]);
  });

  it('is called for again like others', async () => {
    const mapped = await withLate();
    await mapped.input.pipe('a', '1');
    await mapped.pass(deadline);
    await mapped.answer('1', down);
    await mapped.pass(1_000);
    await mapped.answer('1');
    expect([mapped.written(), mapped.written('late')]).toEqual([[], ['a=1!']]);
  });

  it('has failed where nobody asks for late results', async () => {
    const mapped = await Mapped.start({ deadline, fallback: (_, error) => error.message });
    await mapped.input.pipe('a', '1');
    await mapped.pass(deadline);
    expect(mapped.written()).toEqual(['a=no result after 1 call: its result was not there 1000 ms after the record']);
    expect(mapped.calls.made[0]?.signal.aborted).toBe(true);
  });

  it('is no other than before if its result was there in time', async () => {
    const mapped = await withLate();
    await mapped.input.pipe('a', '1');
    await mapped.answer('1');
    await mapped.pass(deadline);
    expect([mapped.written(), mapped.written('late')]).toEqual([['a=1!'], []]);
  });

  function withLate(): Promise<Mapped> {
    return Mapped.start({ deadline, late: (stream) => { stream.to('late', { value: string() }); } }); // prettier-ignore
  }
});
