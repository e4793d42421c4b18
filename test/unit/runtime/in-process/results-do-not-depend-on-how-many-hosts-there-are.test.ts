import { describe, expect, it } from '@jest/globals';
import { buildTopology } from '../../../../src/app/build-topology.js';
import { defineTopology, type TopologyDefinition } from '../../../../src/app/define-topology.js';
import { partitionForKey } from '../../../../src/broker/client/partitioner.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { noMetrics } from '../../../../src/observability/metrics.js';
import { HostedTasks } from '../../../../src/runtime/in-process/hosted-tasks.js';
import { InProcessApplication } from '../../../../src/runtime/in-process/in-process-application.js';
import type { StoredRecord } from '../../../../src/runtime/in-process/stored-record.js';
import { json, long, string } from '../../../../src/serde/index.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { seededRandom } from '../../../../src/util/random.js';
import { systemClock } from '../../../../src/util/time.js';
import { facts, payments } from '../../../support/backfill/payments.js';

const PARTITIONS = 4;
const BATCH = 500;

interface Input {
  readonly topic: string;
  readonly key: string;
  readonly value: unknown;
  readonly timestamp: number;
}

/** What a topology sends, in its order, with its tasks here (no hosts) or at so many hosts. */
async function sent(definition: TopologyDefinition, inputs: readonly Input[], hosts: number): Promise<string[]> {
  const names = [...new Set(inputs.map(({ topic }) => topic))];
  const outputs: string[] = [];
  const options = {
    applicationId: definition.name,
    topology: buildTopology(definition),
    inputPartitions: new Map(names.map((name) => [name, PARTITIONS])),
    outputPartitions: () => PARTITIONS,
    ...{ cacheMaxBytes: 4_000, stateMemoryBytes: 1 << 20, skippedSinks: new Set<string>() },
    ...{ clock: systemClock, random: seededRandom(1), metrics: noMetrics, log: silentLogger },
    topicId: (topic: string) => topic,
    outputs: {
      take: (topic: string, partition: number, key: Buffer | null, value: Buffer | null, timestamp: number) => {
        outputs.push(`${topic}-${partition} ${timestamp} ${String(key)} ${String(value)}`);
      },
      full: false,
      drain: () => Promise.resolve(),
    },
  };
  const opened = await Promise.all(
    Array.from({ length: hosts }, (_, host) => HostedTasks.open({ ...options, host, hosts })),
  );
  const application = await InProcessApplication.open({ ...options, hosts: opened });
  const records = inputs.map((input, sequence) => stored(input, names.indexOf(input.topic), sequence));
  for (let at = 0; at < records.length; at += BATCH) await application.feed(records.slice(at, at + BATCH), names);
  await application.finish();
  await application.close();
  for (const host of opened) await host.close();
  return outputs;
}

function stored({ key, value, timestamp }: Input, topic: number, sequence: number): StoredRecord {
  const bytes = Buffer.from(key);
  const partition = partitionForKey(bytes, PARTITIONS);
  return {
    topic,
    partition,
    sequence,
    timestamp,
    key: bytes,
    value: Buffer.from(JSON.stringify(value)),
    headers: NO_HEADERS,
  };
}

const prices = defineTopology({
  name: 'prices',
  build(builder) {
    const rates = builder.globalTable('rates', { key: string(), value: json<number>() });
    builder
      .stream('sales', { key: string(), value: json<number>() })
      .join(
        rates,
        () => 'rate',
        (sale, rate) => sale * rate,
      )
      .to('priced', { value: json<number>() });
  },
});

const cached = defineTopology({
  name: 'cached',
  build(builder) {
    const table = builder
      .stream('words', { key: string(), value: json<string>() })
      .groupByKey()
      .count({ store: 'words' });
    table
      .groupBy((key, count) => [key.slice(-1), count], { key: string(), value: long() })
      .count({ store: 'counts' })
      .toStream()
      .to('counts', { value: long() });
  },
});

describe('a topology without a broker sends the same in the same order', () => {
  it.each([1, 3])('here and at %d hosts, through repartition topics', async (hosts) => {
    const inputs = facts(3_000, 1).map((fact) => ({ ...fact, timestamp: fact.value.at }));
    const here = await sent(payments, inputs, 0);
    expect(here.length).toBeGreaterThan(2_000);
    expect(await sent(payments, inputs, hosts)).toEqual(here);
  });

  it.each([1, 3])('here and at %d hosts, whose copies of a global table change with the records', async (hosts) => {
    const inputs = Array.from({ length: 1_000 }, (_, at) => ({
      ...(at % 7 === 0 ? { topic: 'rates', key: 'rate' } : { topic: 'sales', key: `key-${at % 13}` }),
      ...{ value: at, timestamp: at },
    }));
    const here = await sent(prices, inputs, 0);
    expect(here).toHaveLength(857);
    expect(await sent(prices, inputs, hosts)).toEqual(here);
  });

  it.each([1, 3])('here and at %d hosts, from record caches', async (hosts) => {
    const inputs = Array.from({ length: 3_000 }, (_, at) => {
      return { topic: 'words', key: `key-${(at * 7) % 301}`, value: '', timestamp: at };
    });
    const here = await sent(cached, inputs, 0);
    expect(here.length).toBeGreaterThan(20);
    expect(await sent(cached, inputs, hosts)).toEqual(here);
  });
});
