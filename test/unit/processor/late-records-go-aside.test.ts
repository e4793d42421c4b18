import { describe, expect, it } from '@jest/globals';
import type { KStream } from '../../../src/dsl/kstream.js';
import type { GroupedStream } from '../../../src/dsl/grouped-stream.js';
import type { Known } from '../../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { LATE_HEADERS } from '../../../src/processor/window/late-output.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { sliding } from '../../../src/processor/window/sliding-windows.js';
import { hopping, tumbling } from '../../../src/processor/window/windows.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { text } from './run.js';

type Sink = (stream: KStream<string, string>) => void;

/** What goes to the topic `late` of records of one key at these times: time, stream time, start and end of the window. */
async function lateOf(
  count: (group: GroupedStream<string, string, Known>, late: Sink) => unknown,
  times: readonly number[],
): Promise<(number | string)[][]> {
  const builder = new StreamsBuilder();
  count(builder.stream('in', text).groupByKey(), (late) => {
    late.to('late');
  });
  await using driver = await TopologyTestDriver.start(builder.build());
  const input = driver.createInputTopic('in', text);
  for (const timestamp of times) await input.pipe('k', String(timestamp), { timestamp });
  const records = driver.createOutputTopic('late', text).readAll();
  return records.map(({ value, timestamp, headers }) => {
    const why = new Map(headers.map(([name, bytes]) => [name, String(bytes)]));
    const { streamTime, windowStart, windowEnd } = LATE_HEADERS;
    return [String(value), timestamp, ...[streamTime, windowStart, windowEnd].map((name) => Number(why.get(name)))];
  });
}

describe('late records', () => {
  it('of a tumbling window come with its bounds and the stream time', async () => {
    const windows = tumbling(10, { grace: 5 });
    const late = await lateOf((group, sink) => group.windowedBy(windows).late(sink).count(), [0, 15, 9, 14]);
    expect(late).toEqual([['9', 9, 15, 0, 10]]);
  });

  it('of hopping windows come once for each window that is closed', async () => {
    const windows = hopping(10, { advance: 5 });
    const late = await lateOf((group, sink) => group.windowedBy(windows).late(sink).count(), [20, 9, 12]);
    expect(late).toEqual([
      ['9', 9, 20, 0, 10],
      ['9', 9, 20, 5, 15],
      ['12', 12, 20, 5, 15],
      ['12', 12, 20, 10, 20],
    ]);
  });

  it('of a session come with what the session would have been', async () => {
    const windows = sessions(5, { grace: 10 });
    const late = await lateOf(
      (group, sink) => group.windowedBy(windows).late(sink).count({ caching: false }),
      [100, 85, 84],
    );
    expect(late).toEqual([['84', 84, 100, 84, 84]]);
  });

  it('of sliding windows come with the last window that they could be in', async () => {
    const windows = sliding(10, { grace: 5 });
    const late = await lateOf((group, sink) => group.windowedBy(windows).late(sink).count(), [100, 84]);
    expect(late).toEqual([['84', 84, 100, 84, 94]]);
  });

  it('come also where windows are emitted when they close, and from each aggregation', async () => {
    const late = await lateOf(
      (group, sink) => {
        const windowed = group.windowedBy(tumbling(10)).late(sink).emitStrategy('onWindowClose');
        windowed.count();
        windowed.reduce((all, one) => all + one);
      },
      [0, 10, 9],
    );
    expect(late).toEqual([
      ['9', 9, 10, 0, 10],
      ['9', 9, 10, 0, 10],
    ]);
  });

  it('do not reach what follows the aggregation, nor do its results reach them', async () => {
    const builder = new StreamsBuilder();
    const windowed = builder.stream('in', text).groupByKey().windowedBy(tumbling(10));
    const counted: (number | null)[] = [];
    const late: string[] = [];
    windowed
      .late((stream) => {
        stream.foreach((value) => late.push(value));
      })
      .count()
      .toStream()
      .foreach((count) => counted.push(count));
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [0, 10, 1]) await input.pipe('k', String(timestamp), { timestamp });
    expect([counted, late]).toEqual([[1, 1], ['1']]);
  });

  it('take no number from a program that does not ask for them', () => {
    const describeWith = (write: (stream: KStream<string, string>) => unknown): string => {
      const builder = new StreamsBuilder();
      write(builder.stream('in', text));
      return builder.build().describe();
    };
    const plain = describeWith((stream) => stream.groupByKey().windowedBy(tumbling(10)).count());
    expect(plain).not.toContain('LATE');
    const aside = describeWith((stream) =>
      stream
        .groupByKey()
        .windowedBy(tumbling(10))
        .late((late) => {
          late.to('late');
        })
        .count(),
    );
    expect(aside).toContain('--> KSTREAM-LATE-0000000003');
  });
});
