import { describe, expect, it } from '@jest/globals';
import { feed, type OutgoingRecord } from '../../../src/connect/generator/feed.js';
import type { GeneratedRecord } from '../../../src/connect/generator/generator.js';
import { ManualClock } from '../../support/manual-clock.js';

function* records(count: number): Generator<GeneratedRecord> {
  for (let index = 0; index < count; index++) yield { topic: 't', key: String(index), value: { index } };
}

function feeding(count: number, ratePerSecond: number) {
  const clock = new ManualClock();
  const sent: OutgoingRecord[] = [];
  const abort = new AbortController();
  const send = (batch: readonly OutgoingRecord[]) => Promise.resolve(void sent.push(...batch));
  const ended = feed(records(count), { ratePerSecond, send, clock, signal: abort.signal });
  return { clock, sent, abort, ended };
}

describe('records', () => {
  it('are sent as they fall due', async () => {
    const { clock, sent, abort, ended } = feeding(1_000, 100);
    await clock.advance(500);
    expect(sent.length).toBeGreaterThanOrEqual(47);
    expect(sent.length).toBeLessThanOrEqual(50);
    abort.abort();
    await ended;
  });

  it('are sent at once without a rate, in order, and counted', async () => {
    const { clock, sent, ended } = feeding(2_500, 0);
    await clock.advance(1_000);
    expect(await ended).toBe(2_500);
    expect(sent.map(({ key }) => key?.toString())).toEqual([...Array(2_500).keys()].map(String));
    expect(sent[3]?.value?.toString()).toBe('{"index":3}');
  });

  it('stop when told to', async () => {
    const { clock, sent, abort, ended } = feeding(1_000, 100);
    await clock.advance(100);
    abort.abort();
    const before = sent.length;
    await clock.advance(1_000);
    await ended;
    expect(sent.length).toBe(before);
  });
});
