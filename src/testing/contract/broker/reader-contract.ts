import assert from 'node:assert/strict';
import { OffsetOutOfRangeError } from '../../../broker/client/errors.js';
import type { FetchedRecords } from '../../../broker/client/client.js';
import type { Clause } from './broker-contract.js';
import { numbered, partitionsOf, recordsOf, send } from './broker-scenario.js';

/** Reading partitions by offset. */
export function readerContract(clause: Clause): void {
  clause('records come as they were written: keys, values, nulls, times and headers', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const writer = await s.writer(client);
    const headers = [
      ['a', Buffer.from('1')],
      ['a', null],
      ['ü', Buffer.alloc(0)],
    ] as const;
    writer.send(topic, 1, Buffer.from('k'), null, 5, headers);
    writer.send(topic, 1, null, Buffer.from('v'), 3, []);
    writer.send(topic, 1, Buffer.alloc(0), Buffer.alloc(0), 4, []);
    await writer.flush();
    assert.deepEqual(await s.read(client, topic), [
      { partition: 1, offset: 0, key: 'k', value: null, timestamp: 5, headers },
      { partition: 1, offset: 1, key: null, value: 'v', timestamp: 3, headers: [] },
      { partition: 1, offset: 2, key: '', value: '', timestamp: 4, headers: [] },
    ]);
  });

  clause('a reader tells once that a partition is empty, then waits for records', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    reader.seek({ topic, partition: 0 }, 0);
    let fetched: readonly FetchedRecords[] = [];
    await s.eventually('the first answer comes', async () => (fetched = await reader.poll()).length > 0);
    assert.deepEqual(
      fetched.map(({ records, nextOffset, highWatermark }) => [records.length, nextOffset, highWatermark]),
      [[0, 0, 0]],
    );
    assert.deepEqual(await reader.poll(150), []);
    await s.write(client, topic, ['late']);
    await s.eventually('the record comes', async () => (fetched = await reader.poll()).length > 0);
    assert.deepEqual(
      fetched.flatMap(recordsOf).map(({ value }) => value),
      ['late'],
    );
    assert.equal(fetched[0]?.highWatermark, 1);
    assert.equal(reader.position({ topic, partition: 0 }), 1);
  });

  clause('a paused partition brings nothing, and everything after it is resumed', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    await s.write(client, topic, numbered(5), 0);
    await s.write(client, topic, numbered(5), 1);
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    for (const partition of partitionsOf(topic, 2)) reader.seek(partition, 0);
    reader.pause({ topic, partition: 1 });
    const seen: number[] = [];
    const until = (partition: number) =>
      s.eventually(`partition ${partition} is read`, async () => {
        for (const fetched of await reader.poll()) for (const record of recordsOf(fetched)) seen.push(record.partition);
        return reader.position({ topic, partition }) === 5;
      });
    await until(0);
    assert.deepEqual(await reader.poll(150), []);
    assert.equal(reader.position({ topic, partition: 1 }), 0);
    reader.resume({ topic, partition: 1 });
    await until(1);
    assert.deepEqual(seen, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  clause('a seek drops what was fetched ahead, a removed partition brings nothing more', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const at = { topic, partition: 0 };
    await s.write(client, topic, numbered(100));
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    reader.seek(at, 0);
    await s.eventually('something is fetched', async () => (await reader.poll()).length > 0);
    reader.seek(at, 97);
    const again: (string | null)[] = [];
    await s.eventually('the end is reached', async () => {
      for (const fetched of await reader.poll()) again.push(...recordsOf(fetched).map(({ value }) => value));
      return reader.position(at) === 100;
    });
    assert.deepEqual(again, ['v97', 'v98', 'v99']);
    reader.seek(at, 0);
    reader.remove(at);
    assert.deepEqual(await reader.poll(150), []);
    assert.equal(reader.position(at), undefined);
  });

  clause('every partition has its turn when an answer holds only a few of their bytes', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 6);
    const writer = await s.writer(client, { maxBatchBytes: 500 });
    for (let i = 0; i < 600; i++) send(writer, topic, `value-${i}`, i % 6);
    await writer.flush();
    const read = await s.read(client, topic, { maxBytes: 2_000, maxPartitionBytes: 600 });
    assert.equal(read.length, 600);
    assert.deepEqual(new Set(read.map(({ value }) => value)), new Set(numbered(600, 'value-')));
  });

  clause('a batch larger than the fetch is read all the same', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    for (const partition of [0, 1]) await s.write(client, topic, ['x'.repeat(50_000), 'y'.repeat(50_000)], partition);
    const read = await s.read(client, topic, { maxBytes: 1_000, maxPartitionBytes: 1_000 });
    assert.deepEqual(
      read.map(({ value }) => value?.length),
      [50_000, 50_000, 50_000, 50_000],
    );
  });

  clause('an offset that is gone surfaces for its partition alone, until a seek', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    for (const partition of [0, 1]) await s.write(client, topic, numbered(3), partition);
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    reader.seek({ topic, partition: 0 }, 99);
    reader.seek({ topic, partition: 1 }, 0);
    const errors: unknown[] = [];
    const until = (what: string, partition: number) =>
      s.eventually(what, async () => {
        await reader.poll().catch((error: unknown) => errors.push(error));
        return reader.position({ topic, partition }) === 3;
      });
    await until('the other partition is read', 1);
    await s.eventually('the error surfaces', async () => {
      await reader.poll().catch((error: unknown) => errors.push(error));
      return errors.length > 0;
    });
    assert.deepEqual(await reader.poll(150), []);
    assert.equal(errors.length, 1);
    const [error] = errors;
    assert.ok(error instanceof OffsetOutOfRangeError);
    assert.deepEqual([error.topic, error.partition, error.offset], [topic, 0, 99]);
    reader.seek({ topic, partition: 0 }, 0);
    await until('the seek mends it', 0);
  });

  clause('a batch of 150,000 records is read', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.writer(client, { compression: 'gzip', maxBatchBytes: 8_000_000 });
    const value = Buffer.from('v');
    for (let i = 0; i < 150_000; i++) writer.send(topic, 0, null, value, 1_000, []);
    await writer.flush();
    const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
    reader.seek({ topic, partition: 0 }, 0);
    const lengths: number[] = [];
    await s.eventually('all records are read', async () => {
      for (const { records } of await reader.poll()) lengths.push(records.length);
      return reader.position({ topic, partition: 0 }) === 150_000;
    });
    assert.deepEqual(lengths, [150_000]);
  });
}
