import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createQueryClient } from '../../src/query/client/query-client.js';
import { GetRequest } from '../../src/query/gen/millrace/query/v1/state_query_service.js';
import { avro } from '../../src/serde/index.js';
import { systemClock } from '../../src/util/time.js';
import { MillraceProcess } from '../support/millrace-process.js';
import { prepared, schemasOf } from '../support/registry/registry-serdes.js';

const PACKAGE = pathToFileURL(join(import.meta.dirname, '../../dist/src/index.js')).href;
const TOPOLOGY = `
import { avro, defineTopology, string } from '${PACKAGE}';
const Sale = avro.record('shop.Sale', { seller: avro.string(), amount: avro.int() });
const Total = avro.record('shop.Total', { amount: avro.long() });
export default defineTopology({
  name: 'totals',
  build(builder) {
    builder
      .stream('sales', { key: string(), value: avro.serde(Sale) })
      .groupBy((sale) => sale.seller, { key: avro.serde(avro.string()) })
      .aggregate(() => ({ amount: 0 }), (total, sale) => ({ amount: total.amount + sale.amount }), {
        store: 'totals',
        value: avro.serde(Total),
      });
  },
});
`;
const Sale = avro.record('shop.Sale', { seller: avro.string(), amount: avro.int() });

let folder: string;
let running: MillraceProcess;

async function start(): Promise<void> {
  const env = { KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '' };
  running = await MillraceProcess.start({
    args: ['run', join(folder, 'totals.mjs')],
    stateDir: join(folder, 'state'),
    env,
  });
  await running.untilReady();
}

/** Writes a sale by the registry that the process serves; gives the id of its schema. */
async function sell(seller: string, amount: number): Promise<number> {
  const origin = `http://127.0.0.1:${running.httpPort}`;
  const schemas = schemasOf({ urls: [origin] });
  const serde = await prepared(avro.serde(Sale), 'sales', 'write', schemas);
  const value = serde.serialize({ seller, amount });
  const body = JSON.stringify({ key: seller, value: value.toString() }); // id and amount are below 64: its bytes are text
  const headers = { 'content-type': 'application/x-ndjson' };
  await fetch(`${origin}/api/topics/sales/records`, { method: 'POST', headers, body });
  await schemas.close();
  return value.readInt32BE(1);
}

/** Asks the query thread until the total is there. */
async function untilTotal(seller: string, amount: number): Promise<void> {
  const client = createQueryClient({ address: `127.0.0.1:${running.grpcPort}`, clock: systemClock });
  await running.until(async () => {
    const { record } = await client.get(GetRequest.create({ store: 'totals', key: seller }));
    return (record?.value as { amount: number } | undefined)?.amount === amount;
  }, `at ${amount}`);
  client.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-avro-'));
  await writeFile(join(folder, 'totals.mjs'), TOPOLOGY);
  await start();
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

it('totals in Avro are kept, asked for by their key, and go on after a restart with the same schema ids', async () => {
  const id = await sell('ann', 5);
  await untilTotal('ann', 5);
  await running.stop();
  await start();
  expect(running.output).toContain('using the embedded schema registry');
  expect(await sell('ann', 6)).toBe(id);
  await untilTotal('ann', 11);
});
