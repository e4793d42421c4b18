import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrokerClient, Writer } from '../../../../src/broker/client/client.js';
import type { Transport } from '../../../../src/broker/client/transport.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { seededRandom } from '../../../../src/util/random.js';
import { RefusingTransport } from '../../../support/broker/refusing-transport.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { FaultyTransport } from '../../../support/faulty-transport.js';
import { scaledClock } from '../../../support/scaled-clock.js';

const PARTITIONS = 3;
const seeds = [1, 2, 3, 4];

let cluster: EmbeddedCluster;
beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ out: PARTITIONS });
});
afterEach(() => cluster.close());

const through = (wrap: (transport: Transport) => Transport): BrokerClient => cluster.client(wrap, scaledClock(20));
const failing = (seed: number): BrokerClient =>
  through((transport) => {
    const faults = { loseRequest: 0.05, loseAnswer: 0.05, delay: 0.1, delayMs: 2, only: ['Produce', 'Fetch'] } as const;
    return new FaultyTransport(transport, seededRandom(seed), faults);
  });
const refusing = (seed: number): BrokerClient =>
  through((transport) => new RefusingTransport(transport, seededRandom(seed), 0.2));

function sendNumbers(writer: Writer, from: number, to: number): void {
  for (let i = from; i < to; i++) writer.send('out', i % PARTITIONS, null, Buffer.from(String(i)), i, NO_HEADERS);
}

async function written(partition: number): Promise<number[]> {
  const records = await cluster.read('out');
  return records.filter((record) => record.partition === partition).map(({ value }) => Number(value));
}

const numbersOf = (partition: number, to: number): number[] =>
  Array.from({ length: to }, (_, i) => i).filter((i) => i % PARTITIONS === partition);

const clients = { 'breaks connections': failing, 'refuses batches': refusing } as const;
describe.each(Object.keys(clients) as (keyof typeof clients)[])('a network that %s', (name) => {
  it.each(seeds)('lets an idempotent writer write each record once, in order (seed %d)', async (seed) => {
    const writer = clients[name](seed).writer({ maxBatchBytes: 200 });
    await writer.init();
    for (let i = 0; i < 600; i += 100) {
      sendNumbers(writer, i, i + 100);
      await writer.flush();
    }
    for (let p = 0; p < PARTITIONS; p++) expect(await written(p)).toEqual(numbersOf(p, 600));
  });

  it.each(seeds)('lets a transactional writer commit each record once, in order (seed %d)', async (seed) => {
    const writer = clients[name](seed).writer({ transactionalId: 'writer', maxBatchBytes: 200 });
    await writer.init();
    for (let i = 0; i < 600; i += 100) {
      writer.begin();
      sendNumbers(writer, i, i + 100);
      await writer.commit();
    }
    for (let p = 0; p < PARTITIONS; p++) expect(await written(p)).toEqual(numbersOf(p, 600));
  });
});

describe('a network that breaks connections', () => {
  it.each(seeds)('lets a reader read each record once, in order (seed %d)', async (seed) => {
    const writer = cluster.client().writer({ maxBatchBytes: 200 });
    await writer.init();
    sendNumbers(writer, 0, 900);
    await writer.flush();
    const reader = failing(seed).reader({ isolation: 'read_committed', channel: 'fetch', maxPartitionBytes: 400 });
    const read: number[][] = Array.from({ length: PARTITIONS }, () => []);
    for (let partition = 0; partition < PARTITIONS; partition++) reader.seek({ topic: 'out', partition }, 0);
    while (read.some(({ length }) => length < 300)) {
      for (const { partition, records } of await reader.poll(5))
        for (let i = 0; i < records.length; i++) read[partition]!.push(records.timestamp(i));
    }
    expect(read).toEqual(read.map((_, partition) => numbersOf(partition, 900)));
  });
});
