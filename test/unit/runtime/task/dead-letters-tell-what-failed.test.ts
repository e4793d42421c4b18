import { describe, expect, it } from '@jest/globals';
import type { ErrorPolicies } from '../../../../src/runtime/task/error-policy.js';
import { int64, string } from '../../../../src/serde/index.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };
const TO_DLQ = { deadLetter: 'dlq' };

function sending(boom: (value: string) => void, partitioner: () => number = () => 0): Topology {
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor(
      'boom',
      () => ({
        process: (record) => {
          boom(record.value as string);
        },
      }),
      { parents: 'source' },
    )
    .addSink('sink', { topic: 'out', ...text, partitioner, parents: 'source' });
}

/** Dead letters: key, value, timestamp, and the texts of the headers by name. */
async function lettersOf(topology: Topology, values: readonly string[], errorPolicies: ErrorPolicies) {
  const { add, run, topics, task } = await runTask(topology, { inputs: ['in'], errorPolicies });
  for (const value of values) add('in', 5, value, 'k', [['h', Buffer.from('x')]]);
  await run();
  topics.publish();
  const letters = topics.records('dlq').map(({ key, value, timestamp, headers }) => ({
    record: [key?.toString(), value?.toString(), timestamp],
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes?.toString()])),
  }));
  return { letters, streamTimeMs: task.streamTimeMs, offset: task.consumedOffsets()[0]?.offset };
}

describe('a dead letter', () => {
  it('is the input record as it was read, with headers that tell the error of the processor', async () => {
    const topology = sending((value) => {
      if (value === 'bad') throw new RangeError('bad value');
    });
    const { letters } = await lettersOf(topology, ['good', 'bad'], { processing: TO_DLQ });
    expect(letters).toEqual([
      {
        record: ['k', 'bad', 5],
        headers: {
          h: 'x',
          '__streams.errors.exception': 'RangeError',
          '__streams.errors.message': 'bad value',
          '__streams.errors.stacktrace': expect.stringContaining('bad value'),
          '__streams.errors.topic': 'in',
          '__streams.errors.partition': '0',
          '__streams.errors.offset': '1',
        },
      },
    ]);
  });

  it('is written for a record that cannot be read, in its turn, and its offset is consumed', async () => {
    const topology = new Topology()
      .addSource('source', { topics: 'in', key: string(), value: int64() })
      .addSink('sink', { topic: 'out', key: string(), value: int64(), parents: 'source' });
    const { letters, streamTimeMs, offset } = await lettersOf(topology, ['short'], { deserialization: TO_DLQ });
    expect(letters.map(({ record }) => record)).toEqual([['k', 'short', 5]]);
    expect([streamTimeMs, offset]).toEqual([-1, 1]);
  });

  it('is written for a record that a sink cannot write', async () => {
    const topology = sending(
      () => undefined,
      () => 7,
    );
    const { letters } = await lettersOf(topology, ['x'], { production: TO_DLQ });
    expect(letters.map(({ record }) => record)).toEqual([['k', 'x', 5]]);
  });

  it('goes where a policy that is a function says', async () => {
    const topology = sending((value) => {
      if (value !== 'good') throw new RangeError(value);
    });
    const { letters } = await lettersOf(topology, ['good', 'bad', 'worse'], {
      processing: ({ error }) => ((error as RangeError).message === 'bad' ? 'skip' : TO_DLQ),
    });
    expect(letters.map(({ record }) => record[1])).toEqual(['worse']);
  });
});
