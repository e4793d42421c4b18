import { writeFileSync } from 'node:fs';
import { seedStore } from '../../src/app/seed/seed-store.js';
import { exportedRows } from '../../src/app/state-export/open-export.js';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { openEmbeddedBroker } from '../../src/broker/embedded/embedded-broker.js';
import { cassandraSeed } from '../../src/connect/seed/cassandra-seed.js';
import { postgresSeed } from '../../src/connect/seed/postgres-seed.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { countTopology } from './small-topologies.js';

/*
 * A process that puts the rows of table "counts" into a store, until it is killed or all are there:
 * node --import typescript.js seeding-process.ts FOLDER postgres|cassandra
 * with the settings of either in its environment.
 * The log is in FOLDER/log, so the next process goes on where this one was. It says "rows N" after each transaction, and in the end
 * how it came out; then it writes the rows of the store to FOLDER/rows, as JSON.
 */
const [folder = '', kind = ''] = process.argv.slice(2);
const query = 'SELECT id, amount FROM counts';
const columns = { key: 'id', value: 'amount' };
const source = kind === 'postgres' ? postgresSeed({ query, ...columns }) : cassandraSeed({ query, ...columns });
const system = { clock: systemClock, random: systemRandom };
const broker = await openEmbeddedBroker({ directory: `${folder}/log`, ...system });
const client = createBrokerClient({
  transport: broker.transport(),
  clientId: 'seeding',
  log: silentLogger,
  metrics: noMetrics,
  ...system,
});
if ((await client.admin.describeTopics(['in'])).size === 0) {
  await client.admin.createTopics(['in', 'out'].map((name) => ({ name, partitions: 2 })));
}
const store = { applicationId: 'app', topology: countTopology(), store: 'counts' };
const { outcome, rows } = await seedStore(
  { ...store, source },
  {
    ...{ client, clock: systemClock, log: silentLogger },
    onProgress: (done) => void process.stdout.write(`rows ${String(done)}\n`),
  },
);
process.stdout.write(`${outcome} ${String(rows)}\n`);
const found: unknown[] = [];
for await (const { key, value } of exportedRows(client, { ...store, raw: false })) found.push([key, value]);
writeFileSync(`${folder}/rows`, JSON.stringify(found));
await client.close();
await broker.close();
