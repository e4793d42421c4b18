import assert from 'node:assert/strict';
import type { Clause } from './broker-contract.js';
import { send } from './broker-scenario.js';

// Kafka cleans all but the segment that is written to, and starts a new one at the first record after `segment.ms`.
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'min.cleanable.dirty.ratio': '0.001',
  'delete.retention.ms': '0',
};

/** Reading what compaction left. */
export function compactionContract(clause: Clause): void {
  clause('a compacted log with empty batches, and a tail without records, is read to its end', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 1, COMPACTED);
    // Each writer's last batch stays as an empty one, since it holds the writer's sequence number.
    for (let i = 0; i < 40; i++) await s.write(client, topic, ['same']);
    await s.clock.sleep(150);
    const writer = await s.transactional(client);
    await s.commit(writer, topic, ['same']);
    writer.begin();
    send(writer, topic, 'aborted');
    await writer.flush();
    await writer.abort();
    const compacted = async (): Promise<boolean> => {
      await s.harness.compact?.(topic);
      return (await s.values(client, topic)).length === 1;
    };
    await s.eventually('the log is compacted', compacted);
    assert.deepEqual(await s.values(client, topic, { maxPartitionBytes: 200, maxBytes: 200 }), ['same']);
  });
}
