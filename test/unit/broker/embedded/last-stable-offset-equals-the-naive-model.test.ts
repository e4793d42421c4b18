import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BrokerUnderTest, type Holder } from './broker-under-test.js';

type Step =
  | { readonly kind: 'write'; readonly writer: number }
  | { readonly kind: 'end'; readonly writer: number; readonly committed: boolean }
  | { readonly kind: 'plain' };

const WRITERS = [0, 1, 2];

/** A log as a plain list: who wrote each offset, and what became of it. */
class NaiveLog {
  readonly entries: { writer: number; state: 'open' | 'committed' | 'aborted' | 'plain' | 'marker'; value: string }[] =
    [];

  end(writer: number, committed: boolean): void {
    for (const entry of this.entries) {
      if (entry.writer === writer && entry.state === 'open') entry.state = committed ? 'committed' : 'aborted';
    }
    this.entries.push({ writer, state: 'marker', value: '' });
  }

  get lastStableOffset(): number {
    const open = this.entries.findIndex(({ state }) => state === 'open');
    return open < 0 ? this.entries.length : open;
  }

  get stableValues(): string[] {
    const stable = this.entries.slice(0, this.lastStableOffset);
    return stable.filter(({ state }) => state === 'committed' || state === 'plain').map(({ value }) => value);
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), writer: fc.constantFrom(...WRITERS) }),
  fc.record({ kind: fc.constant('end' as const), writer: fc.constantFrom(...WRITERS), committed: fc.boolean() }),
  fc.record({ kind: fc.constant('plain' as const) }),
);

describe('a partition with several transactional writers', () => {
  it.each([1, 2] as const)(
    'has the last stable offset and the values of the naive log (version %i)',
    async (version) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const broker = await BrokerUnderTest.open({ transactionVersion: version });
          await broker.topic('t');
          const holders = await Promise.all(WRITERS.map((writer) => broker.init(`writer-${writer}`)));
          const model = new NaiveLog();
          for (const [index, next] of steps.entries()) {
            await take(broker, holders, model, next, `v${index}`);
            const { lastStableOffset, highWatermark } = await broker.fetch('t');
            expect({ lastStableOffset, highWatermark }).toEqual({
              lastStableOffset: model.lastStableOffset,
              highWatermark: model.entries.length,
            });
          }
          expect(await broker.committedValues('t')).toEqual(model.stableValues);
        }),
        { numRuns: 60 },
      );
    },
  );
});

async function take(
  broker: BrokerUnderTest,
  holders: Holder[],
  model: NaiveLog,
  next: Step,
  value: string,
): Promise<void> {
  if (next.kind === 'plain') {
    await broker.produce('t', [value]);
    model.entries.push({ writer: -1, state: 'plain', value });
    return;
  }
  const holder = holders[next.writer]!;
  const open = model.entries.some(({ writer, state }) => writer === next.writer && state === 'open');
  if (next.kind === 'write') {
    const { transactionalId, producerId, producerEpoch } = holder;
    const named = { transactionalId: transactionalId ?? '', producerId, producerEpoch };
    await broker.ask('AddPartitionsToTxn', { ...named, partitions: [{ topic: 't', partition: 0 }] });
    expect((await broker.produce('t', [value], holder)).errorCode).toBe(0);
    model.entries.push({ writer: next.writer, state: 'open', value });
  } else if (open) {
    expect(await broker.end(holder, next.committed)).toBe(0);
    model.end(next.writer, next.committed);
  }
}
