import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { KStream } from '../../src/dsl/kstream.js';
import type { KTable } from '../../src/dsl/ktable.js';
import type { StreamFacts, TableFacts } from '../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { calendar } from '../../src/processor/window/calendar-windows.js';
import { countWindows } from '../../src/processor/window/count-windows.js';
import { sessions } from '../../src/processor/window/session-windows.js';
import { sliding } from '../../src/processor/window/sliding-windows.js';
import { tumbling, unlimited } from '../../src/processor/window/windows.js';
import { json, long, string, type CountWindow, type Windowed } from '../../src/serde/index.js';

interface Click {
  page: string;
}

/** Key and value of a stream's or table's records, for the compiler alone. */
function recordsOf<K, V, F extends StreamFacts>(handle: KStream<K, V, F>): [K, V];
function recordsOf<K, V, F extends TableFacts>(handle: KTable<K, V, F>): [K, V];
function recordsOf(handle: object): unknown {
  return handle;
}

const clicks = new StreamsBuilder().stream('clicks', { key: string(), value: json<Click>() }).groupByKey();
const larger = (a: number, b: number) => Math.max(a, b);
const add = (total: number, click: Click | null) => total + (click?.page.length ?? 0);

describe('sliding and unlimited windows', () => {
  it('have windowed keys, whenever they are sent', () => {
    const closing = clicks.windowedBy(sliding('5m')).emitStrategy('onWindowClose');
    expectTypeOf(recordsOf(closing.count())).toEqualTypeOf<[Windowed<string>, number]>();
    expectTypeOf(recordsOf(clicks.windowedBy(unlimited()).count())).toEqualTypeOf<[Windowed<string>, number]>();
    const wrong = () => {
      // @ts-expect-error -- there is no such strategy
      clicks.windowedBy(sliding('5m')).emitStrategy('never');
    };
    expect(wrong).not.toBeNull();
  });
});

describe('a cogroup', () => {
  const orders = new StreamsBuilder().stream('orders', { key: string(), value: long() }).groupByKey();
  const cogroup = clicks.cogroup((total: number, click) => total + click.page.length).cogroup(orders, larger);

  it('gives each aggregator the values of its own stream', () => {
    const totals = cogroup.aggregate(() => 0, { value: long() });
    expectTypeOf(recordsOf(totals)).toEqualTypeOf<[string, number]>();
    const inSessions = cogroup.windowedBy(sessions('5m')).aggregate(() => 0, larger, { value: long() });
    expectTypeOf(recordsOf(inSessions)).toEqualTypeOf<[Windowed<string>, number]>();
  });

  it('refuses a wrong aggregator, and a group of other keys', () => {
    const byNumber = new StreamsBuilder().stream('numbers', { key: long(), value: long() }).groupByKey();
    const text = () => 'text';
    const wrong = [
      // @ts-expect-error -- the aggregate is a number
      () => cogroup.cogroup(orders, text),
      // @ts-expect-error -- the keys are numbers
      () => cogroup.cogroup(byNumber, larger),
      // @ts-expect-error -- the serde is not that of the aggregate
      () => cogroup.aggregate(() => 0, { value: string() }),
    ];
    expect(wrong).toHaveLength(3);
  });
});

describe('sessions', () => {
  const inSessions = clicks.windowedBy(sessions('5m', { grace: '10s' }));

  it('have windowed keys, and tombstones in their stream', () => {
    expectTypeOf(recordsOf(inSessions.count())).toEqualTypeOf<[Windowed<string>, number]>();
    expectTypeOf(recordsOf(inSessions.count().toStream())).toEqualTypeOf<[Windowed<string>, number | null]>();
    expectTypeOf(recordsOf(inSessions.reduce((first) => first))).toEqualTypeOf<[Windowed<string>, Click]>();
  });

  it('need a merger of the aggregate', () => {
    const totals = inSessions.aggregate(
      () => 0,
      add,
      (left, right) => left + right,
      { value: long() },
    );
    expectTypeOf(recordsOf(totals)).toEqualTypeOf<[Windowed<string>, number]>();
    const text = () => 'text';
    const wrong = [
      // @ts-expect-error -- the merger is missing
      () => inSessions.aggregate(() => 0, add, { value: long() }),
      // @ts-expect-error -- the merger gives another type
      () => inSessions.aggregate(() => 0, add, text, { value: long() }),
    ];
    expect(wrong).toHaveLength(2);
  });
});

describe('calendar windows', () => {
  const days = clicks.windowedBy(calendar('day', { timeZone: 'Europe/Berlin' }));

  it('have windowed keys, and can be cogrouped and held back', () => {
    expectTypeOf(recordsOf(days.count())).toEqualTypeOf<[Windowed<string>, number]>();
    expectTypeOf(days.count().suppress).toBeCallableWith({ until: 'windowCloses', closeOn: { idle: '1m' } });
    const wrong = [
      // @ts-expect-error -- there is no such unit
      () => calendar('decade', { timeZone: 'UTC' }),
      // @ts-expect-error -- without a zone there is no calendar
      () => calendar('day', {}),
    ];
    expect(wrong).toHaveLength(2);
  });
});

describe('count windows', () => {
  const hundreds = clicks.windowedBy(countWindows(100));

  it('have keys of their own, and values that are never null', () => {
    expectTypeOf(recordsOf(hundreds.count())).toEqualTypeOf<[CountWindow<string>, number]>();
    expectTypeOf(recordsOf(hundreds.reduce((first) => first))).toEqualTypeOf<[CountWindow<string>, Click]>();
    const length = (total: number, click: Click) => total + click.page.length;
    const totals = hundreds.aggregate(() => 0, length, { value: long() });
    expectTypeOf(recordsOf(totals)).toEqualTypeOf<[CountWindow<string>, number]>();
  });

  it('are not closed by time', () => {
    const wrong = [
      // @ts-expect-error -- there is no end to wait for
      () => hundreds.count().suppress({ until: 'windowCloses' }),
      // @ts-expect-error -- no clock fills a window
      () => hundreds.emitStrategy('onWindowClose', { closeOn: { idle: '1m' } }),
    ];
    expect(wrong).toHaveLength(2);
  });
});

describe('closeOn', () => {
  it('is stream time or one of two clocks', () => {
    const windowed = clicks.windowedBy(tumbling('1m'));
    const closing = windowed.emitStrategy('onWindowClose', { closeOn: { wallClock: '10s' } });
    expectTypeOf(recordsOf(closing.count())).toEqualTypeOf<[Windowed<string>, number]>();
    // @ts-expect-error -- there is no such clock
    expect(() => windowed.emitStrategy('onWindowClose', { closeOn: { sundial: '10s' } })).toThrow();
  });
});
