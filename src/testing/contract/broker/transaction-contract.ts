import assert from 'node:assert/strict';
import { FencedError } from '../../../broker/client/errors.js';
import type { Clause } from './broker-contract.js';
import { numbered, offsetOf, send, rejectsAsFenced, rejectsWithCode } from './broker-scenario.js';

/** Transactions and their fencing. */
export function transactionContract(clause: Clause): void {
  clause('first sends to several new partitions at once are all in the transaction', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 8);
    const writer = await s.transactional(client);
    writer.begin();
    for (let partition = 0; partition < 8; partition++) send(writer, topic, `p${partition}`, partition);
    assert.deepEqual(await s.values(client, topic, { stable: true }), []);
    await writer.commit();
    assert.deepEqual(new Set(await s.values(client, topic)), new Set(numbered(8, 'p')));
  });

  clause('pipelined sends of a transaction stay in order', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 2);
    const writer = await s.transactional(client, 'writer', { maxBatchBytes: 200 });
    for (const round of [0, 1, 2]) {
      writer.begin();
      for (let i = 0; i < 1_000; i++) send(writer, topic, `${round}-${i}`, i % 2);
      await writer.commit();
    }
    const read = await s.read(client, topic);
    const all = [0, 1, 2].flatMap((round) => numbered(1_000, `${round}-`));
    for (const partition of [0, 1]) {
      const values = read.filter((record) => record.partition === partition).map(({ value }) => value);
      assert.deepEqual(
        values,
        all.filter((_, i) => i % 2 === partition),
      );
    }
  });

  clause('an abort drops what is unsent and in flight, and the next transaction goes on', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client, 'writer', { maxBatchBytes: 200 });
    for (let round = 0; round < 5; round++) {
      writer.begin();
      for (const value of numbered(200, 'lost')) send(writer, topic, value);
      if (round % 2 === 0) await writer.drain();
      await writer.abort();
      await s.commit(writer, topic, numbered(20, `r${round}-`));
    }
    assert.deepEqual(
      await s.values(client, topic),
      [0, 1, 2, 3, 4].flatMap((round) => numbered(20, `r${round}-`)),
    );
  });

  clause('a transaction without records or offsets ends without a word', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client);
    for (const end of ['commit', 'abort', 'commit'] as const) {
      writer.begin();
      assert.equal(writer.inTransaction, true);
      await writer[end]();
      assert.equal(writer.inTransaction, false);
    }
    await s.commit(writer, topic, ['v']);
    assert.deepEqual(await s.values(client, topic), ['v']);
  });

  clause('transactions back to back, each beginning with offsets, all commit', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client);
    const group = s.noMembers();
    for (let i = 1; i <= 40; i++) {
      writer.begin();
      await writer.sendOffsets(group, [offsetOf(topic, 0, i)]);
      send(writer, topic, `v${i - 1}`);
      await writer.commit();
    }
    assert.deepEqual(await s.values(client, topic), numbered(40));
    const committed = await client.admin.committedOffsets(group.groupId, 'all', { requireStable: true });
    assert.equal(committed.get(`${topic}-0`)?.offset, 40);
  });

  clause('a new holder of a transactional id aborts the transaction of the old one, which is fenced', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const old = await s.transactional(await s.client());
    old.begin();
    send(old, topic, 'zombie');
    await old.flush();
    const writer = await s.transactional(client);
    await s.commit(writer, topic, ['mine']);
    send(old, topic, 'zombie again');
    await rejectsAsFenced(old.flush());
    await rejectsAsFenced(old.commit());
    await rejectsAsFenced(old.abort());
    assert.throws(() => {
      old.begin();
    }, FencedError);
    await s.commit(writer, topic, ['still mine']);
    assert.deepEqual(await s.values(client, topic), ['mine', 'still mine']);
  });

  for (const attempt of ['commit', 'offsets', 'send'] as const) {
    clause(`a fenced writer learns it from its first ${attempt}`, async (s) => {
      const topic = await s.topic(await s.client());
      const old = await s.transactional(await s.client());
      await s.commit(old, topic, ['before']);
      old.begin();
      if (attempt === 'commit') {
        send(old, topic, 'zombie');
        await old.flush();
      }
      const writer = await s.transactional(await s.client());
      if (attempt === 'offsets') {
        await rejectsAsFenced(old.sendOffsets(s.noMembers(), [offsetOf(topic, 0, 1)]));
      } else {
        if (attempt === 'send') send(old, topic, 'zombie');
        await rejectsAsFenced(old.commit());
      }
      await s.commit(writer, topic, ['after']);
      assert.deepEqual(await s.values(await s.client(), topic), ['before', 'after']);
    });
  }

  clause('a fenced writer writes again after init', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const first = await s.transactional(await s.client());
    const second = await s.transactional(await s.client());
    first.begin();
    send(first, topic, 'lost');
    await rejectsAsFenced(first.commit());
    await first.init();
    await s.commit(first, topic, ['first again']);
    second.begin();
    send(second, topic, 'lost too');
    await rejectsAsFenced(second.commit());
    assert.deepEqual(await s.values(client, topic), ['first again']);
  });

  clause('a transaction that outlasts its time-out is aborted, and cannot be committed', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client);
    const writer = await s.transactional(client, 'slow', { transactionTimeoutMs: 1_000 });
    writer.begin();
    send(writer, topic, 'too slow');
    await writer.flush();
    const at = { topic, partition: 0 };
    await s.eventually('the transaction is aborted', async () => {
      return (await client.admin.listOffsets([at], 'latest', 'read_committed')).get(`${topic}-0`) === 2;
    });
    await rejectsWithCode(writer.commit(), 'TRANSACTION_TIMED_OUT');
    await writer.init();
    await s.commit(writer, topic, ['in time']);
    assert.deepEqual(await s.values(client, topic), ['in time']);
  });
}
