import { describe, expect, it } from '@jest/globals';
import type { TraceRecordsResponse } from '../../../../src/query/gen/millrace/query/v1/topology_service.js';
import { TraceStream } from '../../../../src/query/trace/trace-stream.js';
import { WantedKey } from '../../../../src/query/trace/wanted-key.js';
import { Record } from '../../../../src/topology/processor.js';
import { ManualClock } from '../../../support/manual-clock.js';

const open = (wanted = new WantedKey('a', '')) =>
  new TraceStream({ wanted, limit: 2, instanceId: 'here', clock: new ManualClock() });

const step = (value: unknown) =>
  ({ traceId: 'in-0@0', taskId: '0_0', node: 'n', event: { kind: 'process', record: new Record('a', value, 1) } }) as const; // prettier-ignore

async function taken(stream: TraceStream, count: number): Promise<TraceRecordsResponse[]> {
  const messages: TraceRecordsResponse[] = [];
  for await (const message of stream.messages()) {
    if (message.step) messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}

describe('a stream of steps', () => {
  it('holds so many that its client does not take, and tells how many were too many', async () => {
    const stream = open();
    for (let index = 0; index < 10_003; index++) stream.take(step(index));
    const messages = await taken(stream, 10_001);
    expect(messages[9_999]?.step).toMatchObject({ $case: 'process', value: { value: 9_999 } });
    expect(messages[10_000]?.step).toEqual({ $case: 'missed', value: 3 });
  });

  it('copies what it tells: it may be changed later', async () => {
    const stream = open();
    const value = { sum: 1 };
    stream.take(step(value));
    value.sum = 2;
    expect((await taken(stream, 1))[0]?.step).toMatchObject({ value: { value: { sum: 1 } } });
  });

  it('follows as many records as it was asked for', () => {
    const stream = open();
    expect([1, 2, 3].map(() => stream.tryFollow('in', 'a'))).toEqual([true, true, false]);
  });
});

describe('a wanted key', () => {
  it.each([
    ['text', 'a', 'a', true],
    ['another text', 'a', 'b', false],
    ['an integer of 64 bits', '9007199254740993', 9_007_199_254_740_993n, true],
    ['an object, in whatever order', { x: 1, y: 2 }, { y: 2, x: 1 }, true],
    ['a window', { key: 'a', start: 0, end: 9 }, { key: 'a', start: 0, end: 9 }, true],
    ['null', null, null, true],
  ])('is found: %s', (_, wanted, key, found) => {
    expect(new WantedKey(wanted, '').matches('in', key)).toBe(found);
  });

  it('is one of its topic, if one is named', () => {
    expect(['in', 'other'].map((topic) => new WantedKey('a', 'in').matches(topic, 'a'))).toEqual([true, false]);
  });
});
