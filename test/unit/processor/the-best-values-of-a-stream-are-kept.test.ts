import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string } from '../../../src/serde/index.js';
import { run, text, type Row } from './run.js';

/** Values are `<score><name>`; the two best of each key go to `out`. */
function program(builder: StreamsBuilder): void {
  builder
    .stream('in', text)
    .groupByKey()
    .topN({ by: (value) => Number(value.charAt(0)), n: 2, store: 'top' })
    .toStream()
    .mapValues((values) => values.join(' '))
    .to('out', { value: string() });
}

const tops = (inputs: readonly Row<string, string>[]): Promise<Row<string, string>[]> => run(program, inputs, text);

describe('topN of a stream', () => {
  it('sends the best values, highest first, when they change', async () => {
    const result = await tops([
      ['k', '5a', 0],
      ['k', '7a', 1],
      ['k', '1a', 2],
      ['k', '6a', 9],
      ['l', '1a', 4],
      ['k', '9a', 5],
    ]);
    expect(result).toEqual([
      ['k', '5a', 0],
      ['k', '7a 5a', 1],
      ['k', '7a 6a', 9],
      ['l', '1a', 4],
      ['k', '9a 7a', 9],
    ]);
  });

  it('leaves values without a score out, and drops records without key or value', async () => {
    expect(
      await tops([
        ['k', '?', 0],
        [null, '5a', 0],
        ['k', null, 0],
      ]),
    ).toEqual([]);
  });

  it('keeps equal values as often as they came', async () => {
    const result = await tops([
      ['k', '5a', 0],
      ['k', '5a', 1],
      ['k', '5a', 2],
    ]);
    expect(result.map(([, top]) => top)).toEqual(['5a', '5a 5a']);
  });

  it('keeps the same list in whatever order the values come', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.nat(3), fc.constantFrom('a', 'aa', 'b', 'ä')), {
          minLength: 1,
          selector: (value) => value.join(''),
        }),
        async (scored) => {
          const values = scored.map((value) => value.join(''));
          const best = [...values].sort(
            (a, b) => Number(b.charAt(0)) - Number(a.charAt(0)) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
          );
          const result = await tops(values.map((value, time) => ['k', value, time]));
          expect(result.at(-1)?.[1]).toBe(best.slice(0, 2).join(' '));
        },
      ),
      { numRuns: 30 },
    ));

  it.each([0, 1.5, NaN])('cannot keep %p values', (n) => {
    const groups = new StreamsBuilder().stream('in', text).groupByKey();
    expect(() => groups.topN({ by: Number, n })).toThrow('cannot be kept');
  });
});
