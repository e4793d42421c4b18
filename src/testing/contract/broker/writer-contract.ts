import assert from 'node:assert/strict';
import type { Compression } from '../../../broker/client/client.js';
import { RecordTooLargeError } from '../../../broker/client/errors.js';
import type { Clause } from './broker-contract.js';
import { numbered, send } from './broker-scenario.js';

/** Writing without transactions: order, sizes, back-pressure. */
export function writerContract(clause: Clause): void {
  clause('pipelined sends arrive once and in the order of the calls', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 4);
    const writer = await s.writer(client, { maxBatchBytes: 300 });
    for (let i = 0; i < 4_000; i++) {
      send(writer, topic, `v${i}`, i % 4);
      if (i % 1_000 === 999) await writer.flush();
    }
    await writer.flush();
    const read = await s.read(client, topic);
    for (const partition of [0, 1, 2, 3]) {
      const values = read.filter((record) => record.partition === partition).map(({ value }) => value);
      assert.deepEqual(
        values,
        numbered(4_000).filter((_, i) => i % 4 === partition),
      );
    }
  });

  clause('records reach the broker without a flush', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.writer(client);
    send(writer, topic, 'lingers');
    await s.eventually('it is there', async () => (await s.values(client, topic)).length === 1);
  });

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies Compression[]) {
    clause(`batches compressed with ${compression} are read back`, async (s) => {
      const client = await s.client();
      const topic = await s.topic(client);
      const writer = await s.writer(client, { compression, maxBatchBytes: 20_000 });
      const values = numbered(3_000, 'compressible value ');
      for (const value of values) send(writer, topic, value);
      await writer.flush();
      assert.deepEqual(await s.values(client, topic), values);
    });
  }

  clause("batches are split to the topic's limit", async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 1, { 'max.message.bytes': '5000' });
    const writer = await s.writer(client);
    const values = numbered(500, 'x'.repeat(100));
    for (const value of values) send(writer, topic, value);
    await writer.flush();
    assert.deepEqual(await s.values(client, topic), values);
  });

  clause("a record over its topic's limit is refused with both sizes, and the others arrive", async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 1, { 'max.message.bytes': '5000' });
    const writer = await s.writer(client);
    const large = 'x'.repeat(6_000);
    send(writer, topic, 'first');
    await writer.flush();
    await s.eventually('the limit is known or the broker refuses', async () => {
      try {
        send(writer, topic, large);
        await writer.flush();
        return false;
      } catch (error) {
        return error instanceof RecordTooLargeError && error.code === 'RECORD_TOO_LARGE';
      }
    });
    send(writer, topic, 'last');
    await writer.flush();
    assert.deepEqual(await s.values(client, topic), ['first', 'last']);
  });

  clause('a writer says that it is full, and drains', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.writer(client, { bufferBytes: 10_000, maxBatchBytes: 2_000 });
    let sent = 0;
    for (let round = 0; round < 20; round++) {
      for (; !writer.full; sent++) send(writer, topic, `v${sent}`);
      await writer.drain();
      assert.equal(writer.full, false);
    }
    await writer.flush();
    assert.deepEqual(await s.values(client, topic), numbered(sent));
  });

  clause('a writer knows where its acknowledged records end', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    await s.write(client, topic, numbered(5));
    const writer = await s.writer(client);
    assert.equal(writer.acknowledgedOffset(topic, 0), undefined);
    for (const value of numbered(3)) send(writer, topic, value);
    await writer.flush();
    assert.equal(writer.acknowledgedOffset(topic, 0), 8);
    assert.equal(writer.acknowledgedOffset(topic, 1), undefined);
  });

  clause('a timestamp of -1 is the time of sending', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.writer(client);
    const before = s.clock.nowMs();
    writer.send(topic, 0, null, Buffer.from('v'), -1, []);
    await writer.flush();
    const [record] = await s.read(client, topic);
    assert.ok(record !== undefined && record.timestamp >= before && record.timestamp <= s.clock.nowMs());
  });
}
