import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import type { BrokerClient } from '../../src/broker/client/client.js';
import { partitionForKey } from '../../src/broker/client/partitioner.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { seededRandom, systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { MillraceProcess } from '../support/millrace-process.js';
import { expectedUpdates, makeSales, readUpdates, type Sale } from '../support/sales-truth.js';

const PARTITIONS = 4;
const KILLS = 20;
const SALES_PER_KILL = 400;
/** So long the sales of one round come in, in slices: the kill falls somewhere between them. */
const PRODUCE_MS = 500;
const SLICES = 50;

/** Seed of the sales and of the moments of the kills; CRASH_SEED replays a run. */
const seed = Number(process.env['CRASH_SEED'] ?? systemClock.nowMs() % 1_000_000);

describe(`the sales pipeline, killed ${KILLS} times (CRASH_SEED=${seed})`, () => {
  let client: BrokerClient;
  let stateDir: string;
  let running: MillraceProcess | undefined;

  beforeAll(async () => {
    const system = { clock: systemClock, random: systemRandom, log: silentLogger };
    const transport = createKafkaTransport({ brokers: sharedKafka(), clientId: 'crash-test', ...system });
    client = createBrokerClient({ transport, clientId: 'crash-test', metrics: noMetrics, ...system });
    const topics = ['sales-usd', 'aggregated-sales'];
    await client.admin.deleteTopics(topics).catch(() => undefined);
    await client.admin.createTopics(topics.map((name) => ({ name, partitions: PARTITIONS })));
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-crash-'));
  });
  afterAll(async () => {
    await running?.kill();
    await client.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('loses nothing and doubles nothing for a read_committed reader', async () => {
    const random = seededRandom(seed);
    const sales = makeSales(KILLS * SALES_PER_KILL, 20, seed);
    for (let kill = 0; kill < KILLS; kill++) {
      running = await start(stateDir);
      if (random.next() < 0.7) await running.untilReady();
      const producing = produce(client, sales.slice(kill * SALES_PER_KILL, (kill + 1) * SALES_PER_KILL));
      await sleep(random.next() * PRODUCE_MS);
      await running.kill();
      await producing;

      running = await start(stateDir);
      const soFar = sales.slice(0, (kill + 1) * SALES_PER_KILL);
      await running.until(
        async () => (await countOutputs(client)) >= soFar.length,
        `through with ${soFar.length} sales`,
      );
      expect(readUpdates(await readOutputs(client))).toEqual(expectedUpdates(soFar));
      await running.kill();
    }
  }, 900_000);
});

function start(stateDir: string): Promise<MillraceProcess> {
  const env = {
    KAFKA_BROKERS: sharedKafka().join(','),
    APPLICATION_ID: `crash-${seed}`,
    PROCESSING_GUARANTEE: 'exactly_once',
  };
  return MillraceProcess.start({ args: ['run', 'sales'], stateDir, env });
}

async function produce(client: BrokerClient, sales: readonly Sale[]): Promise<void> {
  const writer = client.writer({});
  await writer.init();
  for (const [at, sale] of sales.entries()) {
    const key = Buffer.from(sale.seller_id);
    const value = Buffer.from(JSON.stringify(sale));
    writer.send('sales-usd', partitionForKey(key, PARTITIONS), key, value, -1, NO_HEADERS);
    if (at % (sales.length / SLICES) === 0) {
      await writer.flush();
      await sleep(PRODUCE_MS / SLICES);
    }
  }
  await writer.flush();
  await writer.close();
}

const outputPartitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
  topic: 'aggregated-sales',
  partition,
}));

async function countOutputs(client: BrokerClient): Promise<number> {
  return (await readOutputs(client)).length;
}

/** Everything a read_committed reader sees, up to the high watermark of this moment. */
async function readOutputs(client: BrokerClient): Promise<(readonly [string, string])[]> {
  const ends = await client.admin.listOffsets(outputPartitions, 'latest', 'read_committed');
  const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
  const records: (readonly [string, string])[] = [];
  for (const partition of outputPartitions) reader.seek(partition, 0);
  const behind = (): boolean =>
    outputPartitions.some((at) => (reader.position(at) ?? 0) < (ends.get(`${at.topic}-${at.partition}`) ?? 0));
  while (behind()) {
    for (const { records: fetched } of await reader.poll()) {
      for (let i = 0; i < fetched.length; i++) {
        const bytes = fetched.buffer(i);
        const key = bytes.toString('utf8', fetched.keyStart(i), fetched.keyEnd(i));
        records.push([key, bytes.toString('utf8', fetched.valueStart(i), fetched.valueEnd(i))]);
      }
    }
  }
  await reader.close();
  return records;
}
