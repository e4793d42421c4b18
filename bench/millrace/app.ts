/* Runs one workload of the benchmark until SIGTERM; the BENCH_* variables are those of bench/README.md. */
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { openSchemas } from '../../src/app/schema-registry.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { createLogger } from '../../src/observability/pino-logger.js';
import { createPrometheusMetrics } from '../../src/observability/prometheus-metrics.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { buildWorkload } from './workloads.js';

const env = (name: string, otherwise: string): string => process.env[`BENCH_${name}`] ?? otherwise;

const workload = env('WORKLOAD', 'W1');
const applicationId = env('APP_ID', 'bench');
const registryUrl = process.env['BENCH_REGISTRY'];
const topology = buildWorkload(workload, {
  input: env('INPUT', 'bench-in-1000000'),
  table: env('TABLE', 'bench-table'),
  output: env('OUTPUT', 'bench-out'),
});
if (topology === undefined) {
  console.error(`workload "${workload}" is not known`);
  process.exit(3);
}

const log = createLogger({ level: 'warn' });
const system = { clock: systemClock, random: systemRandom, log, metrics: createPrometheusMetrics() };
const brokers = env('BOOTSTRAP', '127.0.0.1:9292').split(',');
const transport = createKafkaTransport({ brokers, clientId: applicationId, ...system });
const client = createBrokerClient({ transport, clientId: applicationId, ...system });
const stateDirectory = await openStateDirectory({ path: env('STATE_DIR', './state'), random: systemRandom });
const application = createStreamsApplication({
  applicationId,
  topology,
  client,
  instanceId: stateDirectory.instanceId,
  stateDirectory,
  processingGuarantee: workload === 'W5' || env('EOS', '') === '1' ? 'exactly_once' : 'at_least_once',
  commitIntervalMs: Number(env('COMMIT_MS', '1000')),
  ...(workload === 'W2n' && { cacheMaxBytes: 0 }),
  schemas: openSchemas(registryUrl === undefined ? undefined : { urls: [registryUrl] }, system),
  ...system,
});
application.onStateChange((state) => {
  if (state === 'RUNNING') console.log(`BENCH running ${Math.round(systemClock.monotonicMs() - startMs)}`);
  if (state === 'ERROR') {
    console.error(application.error);
    process.exit(1);
  }
});
const startMs = systemClock.monotonicMs();
const restores = { open: 0, records: 0, startMs: 0 };
application.onRestore({
  onRestoreStart() {
    if (restores.startMs === 0) restores.startMs = systemClock.monotonicMs();
    restores.open++;
  },
  onRestoreEnd(_partition, records) {
    restores.records += records;
    if (--restores.open > 0) return;
    console.log(`BENCH restored ${restores.records} ${Math.round(systemClock.monotonicMs() - restores.startMs)}`);
  },
});
process.once('SIGTERM', () => {
  void application
    .close({ timeoutMs: 30_000, leaveGroup: true })
    .then(() => client.close())
    .then(() => stateDirectory.close())
    .then(() => process.exit(0));
});
await application.start();
