import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import { MillraceError } from '../../src/util/errors.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { MillraceProcess } from '../support/millrace-process.js';
import { TestCluster } from '../support/test-cluster.js';

const CLI = join(import.meta.dirname, '../../dist/src/cli/main.js');
const START = 1_700_000_040_000;
const brokers = sharedKafka();
const application = `sales-${systemRandom.uuid().slice(0, 8)}`;

let folder: string;
let cluster: TestCluster;
let running: MillraceProcess;

async function cli(...args: string[]): Promise<string> {
  const env = { ...process.env, KAFKA_BROKERS: brokers.join(',') };
  return (await promisify(execFile)(process.execPath, [CLI, ...args], { env, maxBuffer: 1e8 })).stdout;
}

/** Sales counted by seller and window, asked of the one gRPC port. */
async function counts(): Promise<Record<string, number>> {
  const lines = await cli('query', 'windows', 'sales-per-seller', '-o', 'jsonl', '--address', `127.0.0.1:${running.grpcPort}`); // prettier-ignore
  const rows = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { key: string; window_start: string; value: { sales: number } }); // prettier-ignore
  return Object.fromEntries(
    rows.map(({ key, window_start, value }): [string, number] => [`${key} ${window_start}`, value.sales]).sort(),
  );
}

async function truth(file: string, times: number): Promise<Record<string, number>> {
  const expected: Record<string, number> = {};
  for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
    const sale = JSON.parse(line) as { seller_id: string; sale_ts: number };
    const key = `${sale.seller_id} ${new Date(sale.sale_ts - (sale.sale_ts % 60_000)).toISOString()}`;
    expected[key] = (expected[key] ?? 0) + times;
  }
  return Object.fromEntries(Object.entries(expected).sort());
}

const stateOf = (index: number): string => join(folder, 'state/processes', String(index));

/** Process id of a child, as its state directory names it. */
async function pidOf(index: number): Promise<number> {
  return (JSON.parse(await readFile(join(stateOf(index), 'owner.json'), 'utf8')) as { pid: number }).pid;
}

/** Resolves when a child has ended, whose lock on its state directory is then free; from there on this process is its owner. */
async function untilEnded(index: number): Promise<void> {
  for (;;) {
    try {
      const directory = await openStateDirectory({ path: stateOf(index), random: systemRandom });
      await directory.close();
      return;
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'STATE_DIRECTORY_LOCKED') throw error;
      await sleep(100);
    }
  }
}

function start(): Promise<MillraceProcess> {
  return MillraceProcess.start({
    args: ['run', 'sales', '--processes', '3'],
    stateDir: join(folder, 'state'),
    env: { KAFKA_BROKERS: brokers.join(','), APPLICATION_ID: application },
  });
}

const http = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${running.httpPort}${path}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-processes-'));
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  cluster = new TestCluster(() => createKafkaTransport({ brokers, clientId: 'processes', ...surroundings }));
  await cluster.client().admin.deleteTopics(['sales-usd', 'aggregated-sales']); // of other suites on this Kafka
  await cluster.createTopics({ 'sales-usd': 4, 'aggregated-sales': 4 });
  running = await start();
  await running.untilReady(120_000);
}, 180_000);
afterAll(async () => {
  await running.stop();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

describe('several processes behind one port', () => {
  it('count exactly, also when one is killed on the way, and answer for all', async () => {
    const file = join(folder, 'sales.jsonl');
    await cli(
      'generate',
      'sales',
      '--count',
      '500',
      '--sellers',
      '4',
      '--seed',
      '7',
      '--start',
      String(START),
      '--out',
      file,
    );
    await cli('produce', 'sales-usd', file, '--key', 'seller_id');
    process.kill(await pidOf(1), 'SIGKILL');
    await cli('produce', 'sales-usd', file, '--key', 'seller_id');
    const expected = JSON.stringify(await truth(file, 2));
    await running.until(async () => JSON.stringify(await counts()) === expected, 'through with its input', 120_000);
    expect(running.output).toContain('a process ended: starting it again');
  }, 240_000);

  it('tell of their tasks, metrics and readiness as one', async () => {
    await running.untilReady(120_000);
    const { tasks } = (await (await http('/api/tasks')).json()) as { tasks: { taskId: string; instanceId: string }[] };
    expect(tasks.map(({ taskId }) => taskId)).toEqual([...new Set(tasks.map(({ taskId }) => taskId))]);
    expect(new Set(tasks.map(({ instanceId }) => instanceId.slice(-2)))).toEqual(new Set(['-0', '-1', '-2']));
    const metrics = await (await http('/metrics')).text();
    for (const each of ['0', '1', '2']) expect(metrics).toContain(`millrace_application_running{process="${each}",`);
    expect(metrics).toMatch(/grpc_server_started_total\{process="supervisor",/);
  }, 150_000);

  it('stop together at SIGTERM', async () => {
    expect(await running.stop()).toBe(0);
    expect(running.output.match(/stopped cleanly: everything is committed/g)).toHaveLength(4);
  }, 60_000);
});

describe('processes whose supervisor is killed', () => {
  const indices = [0, 1, 2];

  it('end by themselves, with a last commit', async () => {
    running = await start();
    await running.untilReady(120_000);
    await running.kill();
    await Promise.all(indices.map(untilEnded));
    while ((running.output.match(/stopped cleanly/g)?.length ?? 0) < 3) await sleep(50); // it is read a little later
  }, 240_000);

  it('end also if they have not even started', async () => {
    running = await start();
    await running.until(async () => (await pidOf(0)) !== process.pid, 'starting its first process', 120_000);
    await running.kill();
    await Promise.all(indices.map(untilEnded));
  }, 240_000);
});
