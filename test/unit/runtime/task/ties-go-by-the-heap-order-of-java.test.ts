import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PriorityQueue } from '../../../../src/runtime/task/priority-queue.js';

interface Item {
  readonly name: string;
  readonly at: number;
}

function drain(queue: PriorityQueue<Item>): string[] {
  const names: string[] = [];
  for (let item = queue.poll(); item !== undefined; item = queue.poll()) names.push(item.name);
  return names;
}

describe('the queue that orders tasks, inputs and punctuators', () => {
  it('gives items by priority', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (priorities) => {
        const queue = new PriorityQueue<number>((item) => item);
        for (const priority of priorities) queue.add(priority);
        const taken: (number | undefined)[] = [];
        while (queue.size > 0) taken.push(queue.poll());
        expect(taken).toEqual(priorities.toSorted((a, b) => a - b));
      }),
    );
  });

  // What java.util.PriorityQueue of JDK 17 gives for the same insertions.
  it.each([
    { added: 'a0 b0 c0 d0', taken: 'a d c b' },
    { added: 'a0 b0 c0 d0 e0', taken: 'a e d c b' },
    { added: 'a5 b0 c5 d0 e5', taken: 'b d a c e' },
    { added: 'a1 b1 c0', taken: 'c a b' },
  ])('breaks the ties of $added as java.util.PriorityQueue does', ({ added, taken }) => {
    const queue = new PriorityQueue<Item>(({ at }) => at);
    for (const item of added.split(' ')) queue.add({ name: item.slice(0, 1), at: Number(item.slice(1)) });
    expect(drain(queue).join(' ')).toBe(taken);
  });
});
