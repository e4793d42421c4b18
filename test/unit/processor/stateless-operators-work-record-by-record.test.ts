import { describe, expect, it } from '@jest/globals';
import type { KStream } from '../../../src/dsl/kstream.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { run, text, type Row } from './run.js';

type Texts = KStream<string, string>;
const inputs: Row<string, string>[] = [
  ['a', '1', 0],
  ['b', '22', 1],
];

const cases: readonly [string, (stream: Texts) => void, Row<string, string>[]][] = [
  [
    'filter',
    (s) => {
      s.filter((v) => v === '1').to('out');
    },
    [['a', '1', 0]],
  ],
  [
    'filterNot',
    (s) => {
      s.filterNot((v) => v === '1').to('out');
    },
    [['b', '22', 1]],
  ],
  [
    'map',
    (s) => {
      s.map((k, v) => [v, k]).to('out', text);
    },
    [
      ['1', 'a', 0],
      ['22', 'b', 1],
    ],
  ],
  [
    'mapValues',
    (s) => {
      s.mapValues((v, k) => k + v).to('out', text);
    },
    [
      ['a', 'a1', 0],
      ['b', 'b22', 1],
    ],
  ],
  [
    'flatMap',
    (s) => {
      s.flatMap((k, v) => [
        [v, k],
        [k, v],
      ]).to('out', text);
    },
    [
      ['1', 'a', 0],
      ['a', '1', 0],
      ['22', 'b', 1],
      ['b', '22', 1],
    ],
  ],
  [
    'flatMapValues',
    (s) => {
      s.flatMapValues((v) => v).to('out', text);
    },
    [
      ['a', '1', 0],
      ['b', '2', 1],
      ['b', '2', 1],
    ],
  ],
  [
    'selectKey',
    (s) => {
      s.selectKey((v) => v).to('out', text);
    },
    [
      ['1', '1', 0],
      ['22', '22', 1],
    ],
  ],
  [
    'merge',
    (s) => {
      s.merge(s).to('out');
    },
    [
      ['a', '1', 0],
      ['b', '22', 1],
    ],
  ],
  [
    'to a chosen topic',
    (s) => {
      s.to((key) => (key === 'a' ? 'out' : 'other'));
    },
    [['a', '1', 0]],
  ],
  [
    'processValues',
    (s) => {
      s.processValues<string>(() => ({ process: () => undefined })).to('out', text);
    },
    [],
  ],
];

describe('an operator', () => {
  it.each(cases)('%s gives what its callback says', async (_, use, expected) => {
    expect(
      await run(
        (builder) => {
          use(builder.stream('in', text));
        },
        inputs,
        text,
      ),
    ).toEqual(expected);
  });

  it('peek, foreach and print see every record and change none', async () => {
    const seen: string[] = [];
    const rows = await run(
      (builder) => {
        const stream = builder.stream('in', text);
        stream
          .peek((v, k) => {
            seen.push(`peek ${k}${v}`);
          })
          .to('out');
        stream.foreach((v, k) => {
          seen.push(`foreach ${k}${v}`);
        });
        stream.print({
          label: 'in',
          write: (line) => {
            seen.push(line);
          },
        });
      },
      inputs.slice(0, 1),
      text,
    );
    expect(rows).toEqual(inputs.slice(0, 1));
    expect(seen).toEqual(['peek a1', 'foreach a1', '[in]: "a", "1"\n']);
  });

  it('split sends each record to its first branch', async () => {
    const rows = await run(
      (builder) => {
        const { short, rest } = builder
          .stream('in', text)
          .split()
          .branch((v) => v.length === 1, { name: 'short' })
          .defaultBranch({ name: 'rest' });
        short.mapValues((v) => `short ${v}`).to('out', text);
        rest.mapValues((v) => `rest ${v}`).to('out', text);
      },
      inputs,
      text,
    );
    expect(rows).toEqual([
      ['a', 'short 1', 0],
      ['b', 'rest 22', 1],
    ]);
  });

  it('is told of the time of a record by its value', async () => {
    const rows = await run(
      (builder) => {
        builder.stream('in', { ...text, timestamp: (value) => Number(value) * 10 }).to('out');
      },
      [...inputs, ['c', null, 7]],
      text,
    );
    expect(rows.map(([, , timestamp]) => timestamp)).toEqual([10, 220, 7]);
  });

  it('gives new streams: one stream may be used many times', () => {
    const stream = new StreamsBuilder().stream('in', text);
    expect(stream.filter(() => true)).not.toBe(stream);
  });
});
