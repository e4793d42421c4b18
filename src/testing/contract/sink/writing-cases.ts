import assert from 'node:assert/strict';
import { SinkRecordsRejectedError } from '../../../topology/sink.js';
import type { SinkCase } from './sink-case.js';
import { batches, records } from './sink-scenario.js';

/** What every sink does with what it is given. */
export const writingCases: readonly SinkCase[] = [
  {
    name: 'writes what it is given, and tells where it is',
    async run(scenario) {
      const log = records(25);
      const writer = await scenario.open();
      for (const batch of batches(log, 10)) await writer.write(batch);
      assert.equal(await writer.flush(), 50);
      await writer.close();
      await scenario.expect(log);
    },
  },
  {
    name: 'goes on after what was written before',
    async run(scenario) {
      const log = records(40);
      const position = await scenario.writeRest(log.slice(0, 15), undefined);
      await scenario.writeRest(log, position);
      await scenario.expect(log);
    },
  },
  {
    name: 'takes a batch without records, whose position counts',
    async run(scenario) {
      const writer = await scenario.open();
      await writer.write({ records: [], nextOffset: 7 });
      assert.equal(await writer.flush(), 7);
      await writer.write({ records: records(1, 10), nextOffset: 22 });
      assert.equal(await writer.flush(), 22);
      await writer.close();
      await scenario.expect(records(1, 10));
    },
  },
  {
    name: 'may be opened, flushed and closed without anything to write',
    async run(scenario) {
      const writer = await scenario.open();
      await writer.flush();
      await writer.close();
      await scenario.expect([]);
    },
  },
  {
    name: 'takes a key several times in one batch, of which the last counts, and deletes it by a tombstone',
    async run(scenario) {
      const log = records(60);
      const writer = await scenario.open();
      await writer.write({ records: log, nextOffset: 120 });
      await writer.flush();
      await writer.close();
      await scenario.expect(log);
    },
  },
  {
    name: 'takes thousands of records at once',
    async run(scenario) {
      const log = records(5_000);
      await scenario.writeRest(log, undefined, 5_000);
      await scenario.expect(log);
    },
  },
  {
    name: 'keeps partitions, topics of an earlier id, sinks and applications apart',
    async run(scenario) {
      const log = records(8);
      const others = [{}, { partition: 1 }, { topicId: '00000000-0000-0000-0000-000000000002' }];
      const more = [...others, { sink: 'another' }, { applicationId: 'another' }];
      for (const [index, place] of more.entries()) {
        const writer = await scenario.open(undefined, place);
        const own = log.map((row) => ({ ...row, key: `${row.key ?? ''} of ${String(index)}` }));
        assert.equal(writer.position, undefined);
        await writer.write({ records: own, nextOffset: 16 });
        await writer.flush();
        await writer.close();
      }
      await scenario.expect(
        more.flatMap((_, i) => log.map((row) => ({ ...row, key: `${row.key ?? ''} of ${String(i)}` }))),
      );
    },
  },
  {
    name: 'rejects the records that the destination does not take, by their places, and then takes the others',
    applies: ({ poison }) => poison !== undefined,
    async run(scenario) {
      const { poison } = scenario.world;
      const log = records(20);
      const bad = [3, 4, 19];
      const mixed = log.map((row, index) => (bad.includes(index) ? { ...row, ...poison } : row));
      const writer = await scenario.open();
      await assert.rejects(writer.write({ records: mixed, nextOffset: 40 }), (error) => {
        assert.ok(error instanceof SinkRecordsRejectedError);
        assert.deepEqual(
          [...error.rejected.map(({ index }) => index)].sort((a, b) => a - b),
          bad,
        );
        return true;
      });
      const rest = log.filter((_, index) => !bad.includes(index));
      await writer.write({ records: rest, nextOffset: 40 });
      assert.equal(await writer.flush(), 40);
      await writer.close();
      await scenario.expect(rest);
    },
  },
];
