import assert from 'node:assert/strict';
import { SinkFencedError } from '../../../topology/sink.js';
import { seededRandom } from '../../../util/random.js';
import type { SinkCase } from './sink-case.js';
import { batches, Crash, CrashAfter, records, type Row, type SinkScenario } from './sink-scenario.js';

/** More steps than a scenario of this suite takes. */
const MOST_STEPS = 2_000;

const exactlyOnce: SinkCase['applies'] = ({ guarantee }) => guarantee === 'exactly-once';

/** What every sink promises whatever fails, and whoever else writes. */
export const crashCases: readonly SinkCase[] = [
  {
    name: 'loses nothing and, where it promises exactly once, doubles nothing, whichever step a crash comes before',
    async run(first, another) {
      const log = records(30);
      for (let step = 0, crashed = true; crashed; step++) {
        assert.ok(step < MOST_STEPS, 'the scenario does not end');
        const scenario = step === 0 ? first : await another();
        const fault = new CrashAfter(step);
        const durable = await writeUntilCrash(scenario, log, fault);
        ({ crashed } = fault);
        await scenario.writeRest(log, durable);
        await scenario.expect(log);
      }
    },
  },
  {
    name: 'comes through crash after crash at random steps',
    async run(_, another) {
      const log = records(120);
      const random = seededRandom(11);
      for (let round = 0; round < 5; round++) {
        const scenario = await another();
        let durable: number | undefined;
        for (let crash = 0; crash < 6; crash++) {
          durable = await writeUntilCrash(scenario, log, new CrashAfter(Math.floor(random.next() * 20)), durable);
        }
        await scenario.writeRest(log, durable);
        await scenario.expect(log);
      }
    },
  },
  {
    name: 'shows nothing that is behind its position',
    applies: exactlyOnce,
    async run(scenario) {
      const log = records(30);
      const writer = await scenario.open();
      let durable = 0;
      for (const batch of batches(log, 10)) {
        durable = await writer.write(batch);
        await scenario.expect(log.filter(({ offset }) => offset < durable));
      }
      await writer.close();
      await scenario.expect(log.filter(({ offset }) => offset < durable));
    },
  },
  {
    name: 'lets one of two writers go on, and fences the other',
    applies: exactlyOnce,
    async run(scenario) {
      const log = records(30);
      const [early, late] = [await scenario.open(), await scenario.open()];
      await late.write({ records: log.slice(0, 10), nextOffset: 20 });
      await late.flush();
      await assert.rejects(async () => {
        await early.write({ records: log.slice(0, 15), nextOffset: 30 });
        await early.flush();
      }, SinkFencedError);
      await early.close();
      await late.write({ records: log.slice(10, 20), nextOffset: 40 });
      await late.flush();
      await late.close();
      await scenario.writeRest(log, undefined);
      await scenario.expect(log);
    },
  },
  {
    name: 'fences one that was overtaken more than once, and had begun to write before',
    applies: exactlyOnce,
    async run(scenario) {
      const log = records(60);
      const early = await scenario.open();
      await early.write({ records: log.slice(0, 5), nextOffset: 10 });
      for (const end of [20, 30, 40, 50]) await scenario.writeRest(log.slice(0, end), undefined);
      await assert.rejects(async () => {
        await early.write({ records: log.slice(5, 15), nextOffset: 30 });
        await early.flush();
      }, SinkFencedError);
      await early.close();
      await scenario.writeRest(log, undefined);
      await scenario.expect(log);
    },
  },
  {
    name: 'is not moved back by a writer that was overtaken and writes on',
    applies: ({ guarantee }) => guarantee === 'idempotent',
    async run(scenario) {
      const log = records(60);
      const early = await scenario.open();
      await scenario.writeRest(log, undefined);
      await early.write({ records: log.slice(0, 30), nextOffset: 60 });
      await early.flush();
      await early.close();
      await scenario.expect(log);
    },
  },
];

/** Writes until the crash, or the end of the log; gives the position that was told last. */
async function writeUntilCrash(
  scenario: SinkScenario,
  log: readonly Row[],
  fault: CrashAfter,
  known?: number,
): Promise<number | undefined> {
  let durable = known;
  try {
    const writer = await scenario.open(fault);
    const start = writer.position ?? known ?? 0;
    for (const batch of batches(
      log.filter(({ offset }) => offset >= start),
      10,
    ))
      durable = await writer.write(batch);
    durable = await writer.flush();
    await writer.close();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return durable;
}
