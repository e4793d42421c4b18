/**
 * What Avro with a schema registry costs beside JSON: the count pipeline through one task, without a broker. Totals per
 * seller of records with five fields, with their changelog and the results.
 *
 *     npx tsc --outDir dist && node dist/bench/micro/avro.js [records]
 *
 * Prints CPU microseconds per record (user and system), and the bytes of a record, per format; the best of five runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { prepareSerdes, prepareTopicSerdes } from '../../src/runtime/prepare-serdes.js';
import { avro, json, string, type AvroValue, type Serde } from '../../src/serde/index.js';
import { MemoryRegistry } from '../../src/serde/registry/memory-registry.js';
import { SchemaCache } from '../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../src/util/time.js';
import { BenchTask, type BenchRecord } from './bench-task.js';

const RECORDS = Number(process.argv[2] ?? 200_000);
const BATCH = 500;
const COMMIT_EVERY = 20_000;
const SELLERS = 1_000;
const RUNS = 5;

const Sale = avro.record('Sale', {
  seller_id: avro.string(),
  amount_usd: avro.long(),
  sale_ts: avro.timestampMillis(),
  channel: avro.enum('Channel', ['online', 'store']),
  note: avro.optional(avro.string()),
});
const Total = avro.record('Total', { total_amount_usd: avro.long(), sales: avro.long() });
type Sale = AvroValue<typeof Sale>;
type Total = AvroValue<typeof Total>;

interface Formats {
  readonly sale: Serde<Sale>;
  readonly total: Serde<Total>;
}

const schemas = new SchemaCache(new MemoryRegistry(), { clock: systemClock, log: silentLogger, metrics: noMetrics });
const formats: Readonly<Record<string, () => Formats>> = {
  json: () => ({ sale: json<Sale>(), total: json<Total>() }),
  avro: () => ({ sale: avro.serde(Sale), total: avro.serde(Total) }),
};
const best = new Map<string, number>();

for (let run = 0; run < RUNS; run++) {
  for (const [name, make] of Object.entries(formats)) {
    best.set(name, Math.min(best.get(name) ?? Infinity, await microsecondsPerRecord(make())));
  }
}
for (const [name, make] of Object.entries(formats)) {
  const { sale } = make();
  await prepareTopicSerdes({ key: string(), value: sale }, { topic: 'sales', access: 'write' }, schemas);
  const size = sale.serialize(saleNumber(1)).length;
  console.log(`${name.padEnd(5)} ${(best.get(name) ?? 0).toFixed(2)} us of CPU per record of ${size} bytes`);
}

async function microsecondsPerRecord({ sale, total }: Formats): Promise<number> {
  const builder = new StreamsBuilder();
  builder
    .stream('sales', { key: string(), value: sale })
    .groupByKey()
    .aggregate(() => ({ total_amount_usd: 0, sales: 0 }), addSale, { store: 'totals', value: total })
    .toStream()
    .to('out', { key: string(), value: total });
  const topology = builder.build();
  await prepareSerdes({ applicationId: 'bench', topology, schemas });
  await prepareTopicSerdes({ key: string(), value: sale }, { topic: 'sales', access: 'write' }, schemas);
  const directory = mkdtempSync(join(tmpdir(), 'bench-avro-'));
  const task = await BenchTask.open(topology, ['sales'], directory);
  let cpu = 0;
  for (let done = 0; done < RECORDS; done += COMMIT_EVERY) {
    for (let at = done; at < done + COMMIT_EVERY; at += BATCH) task.add('sales', batch(sale, at));
    const before = process.cpuUsage();
    await task.run();
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
    await task.commit();
  }
  await task.close();
  rmSync(directory, { recursive: true });
  return cpu / RECORDS;
}

function addSale(sum: Total, { amount_usd }: Sale): Total {
  return { total_amount_usd: sum.total_amount_usd + amount_usd, sales: sum.sales + 1 };
}

function batch(serde: Serde<Sale>, from: number): BenchRecord[] {
  return Array.from({ length: BATCH }, (_, index) => {
    const sale = saleNumber(from + index);
    return { key: Buffer.from(sale.seller_id), value: serde.serialize(sale), timestamp: sale.sale_ts };
  });
}

function saleNumber(i: number): Sale {
  const channel = i % 2 === 0 ? 'online' : 'store';
  const note = i % 4 === 0 ? 'paid on delivery' : null;
  return { seller_id: `seller-${i % SELLERS}`, amount_usd: i % 10_000, sale_ts: 1_700_000_000_000 + i, channel, note };
}
