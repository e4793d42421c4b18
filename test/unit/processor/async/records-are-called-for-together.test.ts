import { describe, expect, it } from '@jest/globals';
import type { AsyncBatchRecord } from '../../../../src/dsl/map-async.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import type { AsyncBatching, AsyncOptions } from '../../../../src/processor/async/async-options.js';
import { string } from '../../../../src/serde/primitives.js';
import { TopologyTestDriver } from '../../../../src/testing/index.js';

const text = { key: string(), value: string() };
type Ask = (values: readonly string[]) => readonly (string | Error)[];

/** Pipes `key=value` records, lets the time pass and gives the batches that were asked for, and the results. */
async function run(records: readonly string[], options: AsyncBatching & AsyncOptions, ask: Ask, passMs = 0) {
  const batches: string[][] = [];
  const mapper = (batch: readonly AsyncBatchRecord<string, string>[]): Promise<readonly (string | Error)[]> => {
    const values = batch.map(({ value }) => value);
    batches.push(values);
    return Promise.resolve(ask(values));
  };
  const builder = new StreamsBuilder();
  builder.stream('in', text).mapAsyncBatch(mapper, { fallback: (_, { message }) => message, ...options }).to('out', { value: string() }); // prettier-ignore
  const driver = await TopologyTestDriver.start(builder.build());
  await driver.createInputTopic('in', text).pipeAll(records.map((record) => record.split('=') as [string, string]));
  await driver.advanceWallClock(passMs);
  await driver.completeAsync();
  const written = driver.createOutputTopic('out', text).readKeyValues();
  return { batches, written: written.map(([key, value]) => `${key ?? ''}=${value ?? ''}`) };
}

const shouted: Ask = (values) => values.map((value) => `${value}!`);

describe('records in batches', () => {
  it('are called for as soon as there are enough, the rest after a while', async () => {
    const { batches, written } = await run(['a=1', 'b=2', 'c=3'], { max: 2, linger: 10 }, shouted, 10);
    expect(batches).toEqual([['1', '2'], ['3']]);
    expect(written).toEqual(['a=1!', 'b=2!', 'c=3!']);
  });

  it('wait for others until their time is over', async () => {
    const { batches } = await run(['a=1', 'b=2'], { max: 3, linger: 10 }, shouted, 9);
    expect(batches).toEqual([]);
  });

  it('are of different keys, so that each key keeps its order', async () => {
    const { batches, written } = await run(['a=1', 'a=2', 'b=3'], { max: 3, linger: 10 }, shouted, 10);
    expect(batches).toEqual([['1', '3']]);
    expect(written).toEqual(['a=1!', 'b=3!']);
  });

  it('may be of one key where there is no order', async () => {
    const { batches } = await run(['a=1', 'a=2'], { max: 2, linger: 10, order: 'none' }, shouted);
    expect(batches).toEqual([['1', '2']]);
  });

  it('fail one by one where an error stands in place of a result', async () => {
    const ask: Ask = (values) => values.map((value) => (value === '1' ? new Error('odd') : value));
    const { written } = await run(['a=1', 'b=2'], { max: 2, retry: { attempts: 1 } }, ask);
    expect(written).toEqual(['a=no result after 1 call: odd', 'b=2']);
  });

  it('have all failed if the call gives another number of results', async () => {
    const { written } = await run(['a=1', 'b=2'], { max: 2, retry: { attempts: 1 } }, () => ['one']);
    const message = 'no result after 1 call: "KSTREAM-MAPASYNC-0000000001" gave 1 results for 2 calls';
    expect(written).toEqual([`a=${message}`, `b=${message}`]);
  });
});
