import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deadLetterQueue } from '../../../src/app/dead-letters/dead-letter-queue.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { poisonedOrders, poisonedTopology } from '../../support/poisoned-records.js';
import { testApplication } from '../../support/running-application.js';

const COUNT = 10_000;
const toDlq = { deadLetter: 'poisoned-dlq' };

let cluster: EmbeddedCluster;
let app: StreamsApplication;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ 'poisoned-in': 4, 'poisoned-dlq': 2 });
  const configs = { 'max.message.bytes': '1000' };
  const client = cluster.client();
  await client.admin.createTopics([{ name: 'poisoned-out', partitions: 4, configs }]);
  const errorPolicies = { deserialization: toDlq, processing: toDlq, production: toDlq };
  app = testApplication({ topology: poisonedTopology(), client, errorPolicies });
});
afterEach(async () => {
  await app.close();
  await cluster.close();
});

describe('of ten thousand records with one poison record in a hundred', () => {
  it('all poison, and nothing else, becomes dead letters that tell why; the rest counts exactly once', async () => {
    const { records, poison } = poisonedOrders(COUNT);
    await cluster.produce('poisoned-in', records);
    await app.start();
    const good = COUNT - poison.length;
    const out = await cluster.readUntil('poisoned-out', (found) => found.length >= good);
    const dead = await cluster.readUntil('poisoned-dlq', (found) => found.length >= poison.length);
    expect([out.length, new Set(out.map(({ value }) => value)).size]).toEqual([good, good]);
    expect(dead.map(({ value }) => value).sort()).toEqual([...poison].sort());

    const why = new Map<string, number>();
    for await (const { exception, source_topic } of deadLetterQueue(cluster.client()).list('poisoned-dlq', [])) {
      const reason = `${exception ?? ''} of ${source_topic ?? ''}`;
      why.set(reason, (why.get(reason) ?? 0) + 1);
    }
    expect(Object.fromEntries(why)).toEqual({
      'SerdeError of poisoned-in': 34,
      'RangeError of poisoned-in': 33,
      'RecordTooLargeError of poisoned-in': 33,
    });
  }, 120_000);
});
