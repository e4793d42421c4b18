import { describe, expect, it } from '@jest/globals';
import type { ErrorPolicies, RecordFailure } from '../../../../src/runtime/task/error-policy.js';
import { ProcessingFailedError } from '../../../../src/runtime/task/processing-failed-error.js';
import { FencedError } from '../../../../src/broker/client/errors.js';
import { int64, string } from '../../../../src/serde/index.js';
import type { ProcessorSupplier, Record } from '../../../../src/topology/processor.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };

/** Copies `in` to `out`; the value `bad` makes the processor throw. */
function copying(failure: Error = new RangeError('bad value')): Topology {
  const supplier: ProcessorSupplier<string, string, string, string> = () => {
    let forward: (record: Record<string, string>) => void = () => undefined;
    return {
      init: (context) =>
        void (forward = (record) => {
          context.forward(record);
        }),
      process(record) {
        if (record.value === 'bad') throw failure;
        forward(record);
      },
    };
  };
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('copy', supplier, { parents: 'source' })
    .addSink('sink', { topic: 'out', ...text, parents: 'copy' });
}

async function copied(topology: Topology, values: readonly string[], errorPolicies?: ErrorPolicies) {
  const { add, run, written } = await runTask(topology, { inputs: ['in'], errorPolicies });
  for (const value of values) add('in', 5, value);
  await run();
  return written('out');
}

describe('a processor that throws', () => {
  it('stops the task with an error that says where', async () => {
    const failure = await copied(copying(), ['good', 'bad']).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProcessingFailedError);
    expect(failure).toMatchObject({
      code: 'PROCESSING_FAILED',
      message: 'processor "copy" failed in task 0_0 at offset 1 of partition 0 of "in": bad value',
      context: { task: '0_0', node: 'copy', topic: 'in', partition: 0, offset: 1 },
      cause: new RangeError('bad value'),
    });
  });

  it('is skipped over when the policy says so', async () => {
    expect(await copied(copying(), ['a', 'bad', 'b'], { processing: 'skip' })).toEqual(['a', 'b']);
  });

  it('is shown to a policy that is a function', async () => {
    const seen: RecordFailure[] = [];
    const processing = (failure: RecordFailure): 'skip' => {
      seen.push(failure);
      return 'skip';
    };
    await copied(copying(), ['bad'], { processing });
    expect(seen).toMatchObject([{ node: 'copy', taskId: '0_0', input: { topic: 'in', offset: 0, timestamp: 5 } }]);
  });

  it('cannot make a policy swallow that the instance was fenced', async () => {
    const fenced = new FencedError('another instance took over');
    await expect(copied(copying(fenced), ['bad'], { processing: 'skip' })).rejects.toBe(fenced);
  });
});

describe('a record that cannot be read', () => {
  const reading = (): Topology =>
    new Topology()
      .addSource('source', { topics: 'in', key: string(), value: int64() })
      .addSink('sink', { topic: 'out', key: string(), value: int64(), parents: 'source' });

  it('stops the task, after the records before it', async () => {
    const { add, task, written } = await runTask(reading(), { inputs: ['in'] });
    add('in', 5, '12345678');
    add('in', 5, 'short');
    expect(task.process(1)).toBe('more');
    expect(() => task.process(1)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }));
    expect(written('out')).toEqual(['12345678']);
  });

  it('is skipped, and its offset consumed, when the policy says so', async () => {
    const { add, run, task, written } = await runTask(reading(), {
      inputs: ['in'],
      errorPolicies: { deserialization: 'skip' },
    });
    for (const value of ['short', '12345678', 'short']) add('in', 5, value);
    await run();
    expect(written('out')).toEqual(['12345678']);
    expect(task.consumedOffsets()[0]?.offset).toBe(3);
  });
});

describe('a record that a sink cannot write', () => {
  const writing = (): Topology =>
    new Topology().addSource('source', { topics: 'in', ...text }).addSink('sink', {
      topic: 'out',
      ...text,
      partitioner: (_topic, _key, value) => (value === 'bad' ? 7 : 0),
      parents: 'source',
    });

  it('stops the task', async () => {
    await expect(copied(writing(), ['bad'])).rejects.toMatchObject({ code: 'PRODUCTION_FAILED' });
  });

  it('is skipped when the policy says so', async () => {
    expect(await copied(writing(), ['bad', 'good'], { production: 'skip' })).toEqual(['good']);
  });
});
