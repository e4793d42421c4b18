import { it } from '@jest/globals';
import Big from 'big.js';
import { expectTypeOf } from 'expect-type';
import { avro, avroFile, fileSink, json, parquetFile, string, StreamsBuilder } from '../../src/index.js';

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

it('takes a row that has each column of a Parquet file', () => {
  const format = parquetFile({ columns: { seller: 'string', amount: 'decimal(12,2)', at: 'timestamp' } });
  totals.toSink('right', fileSink({ to: '/data', format, row: (record) => rowOf(record.value?.amount) }));
  // @ts-expect-error -- seller and at are missing
  totals.toSink('wrong', fileSink({ to: '/data', format, row: ({ value }) => ({ amount: value?.amount }) }));
});

function rowOf(amount: string | undefined): { seller: string; amount: string | undefined; at: Date } {
  return { seller: 'Alice', amount, at: new Date(0) };
}

it('takes any row for JSON Lines', () => {
  totals.toSink('json', fileSink({ to: '/data', row: ({ value }) => value?.amount }));
});
