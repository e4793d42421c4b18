import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeOffsetMetadata, encodeOffsetMetadata } from '../../../../src/runtime/task/offset-metadata.js';
import { string } from '../../../../src/serde/index.js';
import { Topology } from '../../../../src/topology/topology.js';
import { runTask } from './run-task.js';

const text = { key: string(), value: string() };
const copy = (): Topology =>
  new Topology()
    .addSource('source', { topics: ['a', 'b'], ...text })
    .addSink('sink', { topic: 'out', ...text, parents: 'source' });

describe('the metadata of a committed offset', () => {
  it('is version 2 of Kafka Streams: partition time, then processor metadata', () => {
    const metadata = { partitionTime: 258, processorMetadata: new Map([['ab', 3]]) };
    const bytes = Buffer.from('02' + '0000000000000102' + '00000001' + '00000002' + '6162' + '0000000000000003', 'hex');
    expect(encodeOffsetMetadata(metadata)).toBe(bytes.toString('base64'));
  });

  it('is read as it was written', () => {
    const time = fc.integer({ min: -1, max: 2 ** 50 });
    const entries = fc.array(fc.tuple(fc.string(), time)).map((list) => new Map(list));
    fc.assert(
      fc.property(time, entries, (partitionTime, processorMetadata) => {
        const metadata = { partitionTime, processorMetadata };
        expect(decodeOffsetMetadata(encodeOffsetMetadata(metadata))).toEqual(metadata);
      }),
    );
  });

  it.each([
    { what: 'version 1', hex: '010000000000000007', partitionTime: 7 },
    { what: 'an empty text', hex: '', partitionTime: -1 },
    { what: 'a version to come', hex: '030000000000000007', partitionTime: -1 },
    { what: 'a cut list', hex: '02000000000000000700000001', partitionTime: 7 },
  ])('may be $what', ({ hex, partitionTime }) => {
    const text64 = Buffer.from(hex, 'hex').toString('base64');
    expect(decodeOffsetMetadata(text64)).toEqual({ partitionTime, processorMetadata: new Map() });
  });
});

describe('the offsets of a task', () => {
  it('are those of the inputs that were consumed', async () => {
    const { add, run, task } = await runTask(copy(), { inputs: ['a', 'b'] });
    add('a', 10, 'x');
    add('a', 7, 'y');
    await run();
    const metadata = encodeOffsetMetadata({ partitionTime: 10, processorMetadata: new Map() });
    expect(task.consumedOffsets()).toEqual([{ topic: 'a', partition: 0, offset: 2, leaderEpoch: 0, metadata }]);
  });

  it('stop at the next record to process', async () => {
    const { add, task } = await runTask(copy(), { inputs: ['a', 'b'] });
    for (const value of ['x', 'y', 'z']) add('a', 1, value);
    await task.process(2);
    expect(task.consumedOffsets()[0]?.offset).toBe(2);
  });

  it('pass over records that nobody sees, once something was committed', async () => {
    const committed = new Map([['a-0', { offset: 4, metadata: '' }]]);
    const { add, caughtUp, run, task } = await runTask(copy(), { inputs: ['a'], committed });
    expect(task.commitNeeded).toBe(false);
    for (let i = 0; i < 6; i++) add('a', 1, 'x');
    await run();
    task.prepareCommit();
    caughtUp('a');
    expect(task.commitNeeded).toBe(false);
    add('a', 2, 'y');
    expect(task.commitNeeded).toBe(false);
    await run();
    expect(task.commitNeeded).toBe(true);
  });

  it('are asked for when a processor asks for a commit', async () => {
    const topology = new Topology().addSource('source', { topics: 'a', ...text }).addProcessor(
      'committing',
      () => {
        let commit = (): void => undefined;
        return {
          init: (context) =>
            void (commit = () => {
              context.commit();
            }),
          process: () => {
            commit();
          },
        };
      },
      { parents: 'source' },
    );
    const { add, task } = await runTask(topology, { inputs: ['a'] });
    add('a', 1, 'x');
    add('a', 2, 'y');
    expect(task.process(10)).toBe('more');
    expect(task.commitRequested).toBe(true);
    expect(task.prepareCommit()[0]?.offset).toBe(1);
    expect(task.commitRequested).toBe(false);
  });

  it('start again where a reset says, with new processors', async () => {
    let made = 0;
    const topology = new Topology().addSource('source', { topics: 'a', ...text }).addProcessor(
      'counting',
      () => {
        made++;
        return { process: () => undefined };
      },
      { parents: 'source' },
    );
    const { add, run, task } = await runTask(topology, { inputs: ['a'] });
    add('a', 50, 'x');
    await run();
    const metadata = encodeOffsetMetadata({ partitionTime: 20, processorMetadata: new Map() });
    task.reset(new Map([['a-0', { offset: 0, metadata }]]));
    expect([task.streamTimeMs, task.commitNeeded, made]).toEqual([20, false, 2]);
    expect(task.process(1)).toBe('idle');
  });
});
