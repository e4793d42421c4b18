import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { CloseOn } from '../../../src/processor/window/close-on.js';
import { within } from '../../../src/processor/window/join-windows.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { sliding } from '../../../src/processor/window/sliding-windows.js';
import { hopping, tumbling } from '../../../src/processor/window/windows.js';
import { long, sessionWindowed, string } from '../../../src/serde/index.js';
import { ticks } from '../../../src/topology/tick.js';
import { text } from './run.js';
import { counts, play, shown, start, type Step } from './ticked.js';

const idle: CloseOn = { idle: 100 };
const wallClock: CloseOn = { wallClock: 100 };

/** Counts of tumbling windows of 10 ms with a grace of 5 ms, emitted when they close; late records go to `late`. */
const closing = (closeOn: CloseOn) => (builder: StreamsBuilder) => {
  const windowed = builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(tumbling(10, { grace: 5 }));
  windowed
    .late((late) => {
      late.to('late');
    })
    .emitStrategy('onWindowClose', { closeOn })
    .count({ store: 'counts' })
    .toStream()
    .to('out');
};

async function countsAfter(closeOn: CloseOn, steps: readonly Step[]): Promise<string[]> {
  await using driver = await start(closing(closeOn));
  await play(driver, steps);
  return shown(driver, counts);
}

describe('with closeOn idle', () => {
  it('stream time goes on by the time that passes without a record, once nothing has come for so long', async () => {
    await using driver = await start(closing(idle));
    await play(driver, [['a', 'v', 3], 99]);
    expect(shown(driver, counts)).toEqual([]);
    await play(driver, [1]); // stream time is 3 + 100 now
    expect(shown(driver, counts)).toEqual(['a0-10=1']);
  });

  it('a window that ends later than that stays open', async () => {
    await using driver = await start((builder) => {
      const windowed = builder.stream('in', text).groupByKey().windowedBy(tumbling(1_000));
      windowed.emitStrategy('onWindowClose', { closeOn: idle }).count().toStream().to('out');
    });
    await play(driver, [['a', 'v', 3], 500, 496]);
    expect(driver.records('out')).toHaveLength(0);
    await play(driver, [1]); // 3 + 997
    expect(driver.records('out')).toHaveLength(1);
  });

  it('a record begins the silence anew', async () => {
    expect(await countsAfter(idle, [['a', 'v', 3], 99, ['a', 'v', 4], 99])).toEqual([]);
    expect(await countsAfter(idle, [['a', 'v', 3], 99, ['a', 'v', 4], 100])).toEqual(['a0-10=2']);
  });
});

describe('with closeOn wallClock', () => {
  it('a window closes when the wall clock is so far past its end and grace', async () => {
    expect(await countsAfter(wallClock, [['a', 'v', 3], 114])).toEqual([]);
    expect(await countsAfter(wallClock, [['a', 'v', 3], 115])).toEqual(['a0-10=1']);
  });

  it('closes by stream time as ever where that is ahead', async () => {
    expect(
      await countsAfter(wallClock, [
        ['a', 'v', 3],
        ['b', 'v', 15],
      ]),
    ).toEqual(['a0-10=1']);
  });
});

describe.each<[string, CloseOn]>([
  ['idle', idle],
  ['wallClock', wallClock],
])('a window that a tick of %s closed', (_, closeOn) => {
  it('takes no more records: they are late', async () => {
    await using driver = await start(closing(closeOn));
    await play(driver, [['a', 'v', 3], 120, ['a', 'late', 4]]);
    expect(shown(driver, counts)).toEqual(['a0-10=1']);
    expect(driver.createOutputTopic('late', text).readValues()).toEqual(['late']);
  });

  it('is told of by one tick, and without windows there is none', async () => {
    await using driver = await start(closing(closeOn));
    await play(driver, [500, ['a', 'v', 3], 500, 500, 500]);
    const written = driver.createOutputTopic('app-counts-ticks', { key: string(), value: ticks }).readAll();
    expect(written).toHaveLength(1);
    expect(written[0]?.value?.positions).toEqual(new Map([['in-0', 1]]));
  });

  it('closes in each task for itself', async () => {
    await using driver = await start(closing(closeOn), { partitions: 3 });
    await play(driver, [['a', 'v', 3], ['b', 'v', 3], ['c', 'v', 3], 120]); // prettier-ignore
    expect(shown(driver, counts).sort()).toEqual(['a0-10=1', 'b0-10=1', 'c0-10=1']);
    const partitions = driver.records('app-counts-ticks').map(({ partition }) => partition);
    expect(new Set(partitions).size).toBe(partitions.length);
  });
});

describe('closeOn works for', () => {
  const onClose = (write: (builder: StreamsBuilder) => void) => async (steps: readonly Step[]) => {
    await using driver = await start(write);
    await play(driver, steps);
    return driver.records('out').length;
  };

  it('hopping and sliding windows', async () => {
    for (const windows of [hopping(10, { advance: 5 }), sliding(10)]) {
      const emitted = onClose((builder) => {
        const windowed = builder.stream('in', text).groupByKey().windowedBy(windows);
        windowed.emitStrategy('onWindowClose', { closeOn: idle }).count().toStream().to('out');
      });
      expect(await emitted([['a', 'v', 20]])).toBe(0);
      expect(await emitted([['a', 'v', 20], 100])).toBe(windows.kind === 'sliding' ? 1 : 2);
    }
  });

  it('sessions', async () => {
    await using driver = await start((builder) => {
      const windowed = builder.stream('in', text).groupByKey().windowedBy(sessions(50));
      windowed.emitStrategy('onWindowClose', { closeOn: idle }).count().toStream().to('out');
    });
    await play(driver, [['a', 'v', 0], ['a', 'v', 40], 100]);
    expect(shown(driver, { ...counts, key: sessionWindowed(string()) })).toEqual(['a0-40=2']);
  });

  it('records that are put in order', async () => {
    await using driver = await start((builder) => {
      builder.stream('in', text).reorder({ within: 50, store: 'order', closeOn: idle }).to('out');
    });
    await play(driver, [['a', 'second', 40], ['a', 'first', 20], 100, ['a', 'late', 30]]); // prettier-ignore
    expect(driver.createOutputTopic('out', text).readValues()).toEqual(['first', 'second']);
  });

  it('suppressed tables, whose aggregation closes by the same tick, with a cache or without', async () => {
    for (const cacheMaxBytes of [0, 1_000_000]) {
      await using driver = await start(
        (builder) => {
          const counted = builder.stream('in', text).groupByKey().windowedBy(tumbling(10)).count();
          counted.suppress({ until: 'windowCloses', closeOn: idle }).toStream().to('out');
        },
        { cacheMaxBytes },
      );
      await play(driver, [['a', 'v', 3], ['a', 'v', 4], 100, ['a', 'late', 5], 100, ['b', 'v', 500]]); // prettier-ignore
      expect(shown(driver, counts)).toEqual(['a0-10=2']);
    }
  });

  it('outer joins, while neither side gets a record', async () => {
    await using driver = await start((builder) => {
      const joiner = (left: string | null, right: string | null): string => `${left}+${right}`;
      const other = builder.stream('other', text);
      builder.stream('in', text).outerJoin(other, joiner, within(10), { closeOn: idle }).to('out', text);
    });
    const other = driver.createInputTopic('other', text);
    await play(driver, [['a', 'left', 3], 60]);
    await other.pipe('b', 'right', { timestamp: 4 });
    await play(driver, [60]);
    const output = driver.createOutputTopic('out', text);
    expect(output.readValues()).toEqual([]);
    await play(driver, [40]);
    expect(output.readValues()).toEqual(['left+null', 'null+right']);
    await other.pipe('a', 'late', { timestamp: 5 });
    expect(output.readValues()).toEqual(['left+late']); // as in Kafka Streams, a late record still finds what a store holds
  });

  it('outer joins whose window reaches to one side, each record by its own end', async () => {
    await using driver = await start((builder) => {
      const other = builder.stream('other', text);
      const joiner = (left: string | null, right: string | null): string => `${left}+${right}`;
      const windows = within(10, { before: 0, after: 500 });
      builder.stream('in', text).outerJoin(other, joiner, windows, { closeOn: idle, storeName: 'joined' }).to('out', text); // prettier-ignore
    });
    const output = driver.createOutputTopic('out', text);
    await driver.createInputTopic('other', text).pipe('b', 'right', { timestamp: 3 });
    await play(driver, [['a', 'left', 3], 100]);
    expect(output.readValues()).toEqual(['null+right']);
    await play(driver, [399, 99, 2, 100, 100]);
    expect(output.readValues()).toEqual(['left+null']);
    expect(driver.records('app-joined-outer-shared-join-store-ticks')).toHaveLength(2);
  });

  it('suppressed cogroups, in all of their groups', async () => {
    await using driver = await start((builder) => {
      const group = builder.stream('in', text).groupByKey();
      const other = builder.stream('other', text).groupByKey();
      const add = (total: number): number => total + 1;
      const counted = group.cogroup(add).cogroup(other, add).windowedBy(tumbling(10)).aggregate(() => 0, { value: long() }); // prettier-ignore
      counted.suppress({ until: 'windowCloses', closeOn: idle }).toStream().to('out');
    });
    const other = driver.createInputTopic('other', text);
    await other.pipe('a', 'v', { timestamp: 2 });
    await play(driver, [['a', 'v', 3], 100, ['a', 'late', 4]]);
    await other.pipe('a', 'late', { timestamp: 5 });
    expect(shown(driver, counts)).toEqual(['a0-10=2']);
  });
});

describe('closeOn', () => {
  const group = () => new StreamsBuilder().stream('in', text).groupByKey().windowedBy(tumbling(10));

  it('changes nothing with streamTime', async () => {
    expect(await countsAfter('streamTime', [['a', 'v', 3], 10_000])).toEqual([]);
    const topology = (closeOn?: CloseOn) => {
      const builder = new StreamsBuilder();
      builder.stream('in', text).groupByKey().windowedBy(tumbling(10)).emitStrategy('onWindowClose', { closeOn }).count(); // prettier-ignore
      return builder.build().describe();
    };
    expect(topology('streamTime')).toBe(topology());
  });

  it('is refused for inner joins', () => {
    const stream = new StreamsBuilder().stream('in', text);
    const join = () => stream.join(stream, (left) => left, within(10), { closeOn: idle });
    expect(join).toThrow('an inner join waits for no window');
  });

  it('is refused for windows that are not emitted when they close, and with times that cannot be', () => {
    expect(() => group().emitStrategy('onWindowUpdate', { closeOn: idle })).toThrow('emitted when they close');
    expect(() => group().emitStrategy('onWindowClose', { closeOn: { idle: 0 } })).toThrow('cannot close on idle 0 ms');
    expect(() => group().emitStrategy('onWindowClose', { closeOn: { wallClock: -1 } })).toThrow('on wallClock -1 ms');
  });

  it('shows its topic, source and sink in the description', () => {
    const builder = new StreamsBuilder();
    closing(idle)(builder);
    const topology = builder.build();
    expect(topology.describe()).toContain('Source: counts-ticks-source (topics: [counts-ticks])');
    expect(topology.describe()).toContain('Sink: counts-ticks-sink (topic: counts-ticks)');
    expect(topology.internalTopics('app').find(({ type }) => type === 'ticks')).toEqual({
      name: 'app-counts-ticks',
      type: 'ticks',
      partitions: undefined,
      configs: { 'cleanup.policy': 'delete', 'message.timestamp.type': 'CreateTime' },
    });
  });
});
