import { describe, expect, it } from '@jest/globals';
import { partitionForKey } from '../../../../src/broker/client/partitioner.js';
import { string } from '../../../../src/serde/index.js';
import { Topology, type SinkOptions } from '../../../../src/topology/topology.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };

/** Partitions of `out` (of 4) that records with these keys and values go to. */
async function partitions(
  records: readonly (readonly [string | undefined, string])[],
  sink: Partial<SinkOptions<string, string>> = {},
) {
  const topology = new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addSink<string, string>('sink', { topic: 'out', ...text, parents: 'source', ...sink });
  const { add, run, topics } = await runTask(topology, { inputs: ['in'], partitionsOf: () => 4 });
  for (const [key, value] of records) add('in', 0, value, key);
  await run();
  return topics.publish().map(({ partition }) => partition);
}

describe('the partition of a written record', () => {
  it("is the key's, as Kafka's default partitioner has it", async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const expected = keys.map((key) => partitionForKey(Buffer.from(key), 4));
    expect(await partitions(keys.map((key) => [key, 'x']))).toEqual(expected);
  });

  it('is the one that a custom partitioner chooses', async () => {
    const partitioner = (_topic: string, _key: unknown, value: unknown): number => Number(value);
    expect(
      await partitions(
        [
          ['a', '3'],
          ['a', '0'],
          [undefined, '2'],
        ],
        { partitioner },
      ),
    ).toEqual([3, 0, 2]);
  });

  it('may be several, each once, or none: then the record is dropped', async () => {
    const partitioner = (_topic: string, _key: unknown, value: unknown) => Array.from(String(value), Number);
    const chosen = await partitions(
      [
        ['a', '312'],
        ['a', ''],
        ['a', '00'],
      ],
      { partitioner },
    );
    expect(chosen).toEqual([3, 1, 2, 0]);
  });

  it('stays the same without a key for a batch, then is the next', async () => {
    const chosen = await partitions([
      [undefined, 'x'],
      [undefined, 'y'],
      [undefined, 'z'.repeat(20_000)],
      [undefined, 'x'],
    ]);
    expect(chosen).toEqual([0, 0, 1, 1]);
  });
});

describe('the topic of a written record', () => {
  it('may be chosen per record', async () => {
    const topology = new Topology()
      .addSource('source', { topics: 'in', ...text })
      .addSink<string, string>('sink', { topic: (_key, value: string) => `out-${value}`, ...text, parents: 'source' });
    const { add, run, written } = await runTask(topology, { inputs: ['in'] });
    for (const value of ['a', 'b', 'a']) add('in', 0, value);
    await run();
    expect([written('out-a'), written('out-b')]).toEqual([['a', 'a'], ['b']]);
  });
});
