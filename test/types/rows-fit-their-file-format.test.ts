import { it } from '@jest/globals';
import Big from 'big.js';
import { expectTypeOf } from 'expect-type';
import { avro, avroFile, fileSink, json, string, StreamsBuilder } from '../../src/index.js';

const Row = avro.record('Row', { seller: avro.string(), amount: avro.optional(avro.decimal(12, 2)) });
const totals = new StreamsBuilder().stream('totals', { key: string(), value: json<{ readonly amount: string }>() });

it('knows key and value in a row, and takes one of the schema', () => {
  totals.toSink(
    'right',
    fileSink({
      to: '/data',
      format: avroFile({ schema: Row }),
      row: ({ key, value }) => {
        expectTypeOf(key).toEqualTypeOf<string | null>();
        return { seller: key ?? '', amount: value && new Big(value.amount) };
      },
    }),
  );
});

it('does not take a row that is none of the schema', () => {
  totals.toSink(
    'wrong',
    fileSink({
      to: '/data',
      format: avroFile({ schema: Row }),
      // @ts-expect-error -- the schema has decimals, which texts are not
      row: ({ value }) => ({ seller: 'Alice', amount: value?.amount ?? null }),
    }),
  );
});

it('takes any row for JSON Lines', () => {
  totals.toSink('json', fileSink({ to: '/data', row: ({ value }) => value?.amount }));
});
