import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { CloseOn } from '../../../src/processor/window/close-on.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import type { RawRecord } from '../../../src/testing/raw-record.js';
import type { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { text } from './run.js';
import { play, start, type Step } from './ticked.js';

const TICKS = 'app-kept-ticks';
const grouped = (builder: StreamsBuilder) => builder.stream('in', text).groupByKey();

const toLate = (late: { to(topic: string): void }): void => {
  late.to('late');
};

/** Programs that close windows by ticks; results go to `out`, late records to `late`. */
const PROGRAMS: Readonly<Record<string, (closeOn: CloseOn) => (builder: StreamsBuilder) => void>> = {
  windows: (closeOn) => (builder) => {
    const windowed = grouped(builder)
      .windowedBy(tumbling(10, { grace: 5 }))
      .emitStrategy('onWindowClose', { closeOn });
    windowed.late(toLate).count({ store: 'kept' }).toStream().to('out'); // prettier-ignore
  },
  sessions: (closeOn) => (builder) => {
    const windowed = grouped(builder).windowedBy(sessions(20)).emitStrategy('onWindowClose', { closeOn });
    windowed.late(toLate).count({ store: 'kept' }).toStream().to('out'); // prettier-ignore
  },
  suppressed: (closeOn) => (builder) => {
    const counted = grouped(builder).windowedBy(tumbling(10)).late(toLate).count(); // prettier-ignore
    counted.suppress({ until: 'windowCloses', name: 'kept', closeOn }).toStream().to('out');
  },
  reordered: (closeOn) => (builder) => {
    builder.stream('in', text).reorder({ within: 30, store: 'kept', closeOn, late: toLate }).to('out');
  },
};

const ticksOf = (driver: TopologyTestDriver): readonly RawRecord[] =>
  driver.topics().filter((topic) => topic.endsWith('-ticks')).flatMap((topic) => driver.records(topic)); // prettier-ignore

const outputsOf = (driver: TopologyTestDriver) =>
  ['out', 'late'].map((topic) => driver.records(topic).map(({ key, value, timestamp }) => ({ key, value, timestamp })));

const step = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), fc.string(), fc.nat(150)),
  fc.integer({ min: 1, max: 120 }),
) as fc.Arbitrary<Step>;

describe.each(Object.entries(PROGRAMS))('of %s', (_, program) => {
  it.each<CloseOn>([{ idle: 50 }, { wallClock: 20 }])('closed on %j', async (closeOn) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await using live = await start(program(closeOn));
        await play(live, steps);
        await using again = await start(program(closeOn));
        // the ticks are there from the start: each waits for the records that it came behind
        for (const tick of ticksOf(live)) await again.pipe(tick.topic, tick.key, tick.value, tick);
        const records = steps.filter((one) => typeof one !== 'number');
        await play(again, records);
        expect(outputsOf(again)).toEqual(outputsOf(live));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a tick that was written and not read when a task ended', () => {
  it('closes what it would have closed, before any record that came later', async () => {
    const program = PROGRAMS.windows?.({ idle: 50 });
    expect(program).toBeDefined();
    if (program === undefined) return;
    await using live = await start(program);
    await play(live, [['a', 'v', 3], 60]);
    const [tick] = live.records(TICKS);
    await using restarted = await start(program);
    await play(restarted, [['a', 'v', 3]]);
    expect(restarted.records('out')).toHaveLength(0);
    await restarted.pipe(TICKS, null, tick?.value ?? null, { timestamp: 3 });
    await play(restarted, [['a', 'late', 4]]);
    expect(outputsOf(restarted).map(({ length }) => length)).toEqual([1, 1]);
  });
});
