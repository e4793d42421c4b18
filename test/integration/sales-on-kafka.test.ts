import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaJars } from '../support/kafka/kafka-jars.js';
import { sharedKafka } from '../support/kafka/shared-kafka.js';
import { MillraceProcess } from '../support/millrace-process.js';
import { expectedUpdates, makeSales, readUpdates } from '../support/sales-truth.js';

const MALFORMED = ['{"seller_id": "seller-1", "amount_', 'not json at all', '42', '{"amount_usd": 7}'];

/** Runs one of Kafka's own tools with a standard input, and gives what it printed. */
async function kafkaTool(className: string, args: readonly string[], input = ''): Promise<string> {
  const jars = await kafkaJars('4.3.1');
  const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', join(jars, '*'), className, ...args];
  const child = spawn('java', java, { stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stdin.end(input);
  await once(child, 'close');
  return printed;
}

const server = (): string[] => ['--bootstrap-server', sharedKafka().join(',')];

async function createTopic(name: string): Promise<void> {
  const admin = 'org.apache.kafka.tools.TopicCommand';
  await kafkaTool(admin, [...server(), '--delete', '--if-exists', '--topic', name]);
  await kafkaTool(admin, [...server(), '--create', '--topic', name, '--partitions', '2']);
}

async function consume(expected: number): Promise<(readonly [string, string])[]> {
  const properties = ['--property', 'print.key=true', '--consumer-property', 'isolation.level=read_committed'];
  const bounds = ['--from-beginning', '--max-messages', String(expected), '--timeout-ms', '30000'];
  const args = [...server(), '--topic', 'aggregated-sales', ...bounds, ...properties];
  const printed = await kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', args);
  const lines = printed.split('\n').filter((line) => line.includes('\t'));
  return lines.map((line) => line.split('\t') as [string, string]);
}

describe("the sales pipeline beside Kafka's own console tools", () => {
  let stateDir: string;
  let millrace: MillraceProcess | undefined;

  beforeAll(async () => {
    await createTopic('sales-usd');
    await createTopic('aggregated-sales');
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-sales-'));
  });
  afterAll(async () => {
    await millrace?.kill();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('sums what the console producer wrote, skips malformed lines, counts them, and loses nothing', async () => {
    const sales = makeSales(300, 5, 7);
    const lines = sales.map((sale) => `${sale.seller_id}|${JSON.stringify(sale)}`);
    const input = [...lines.slice(0, 100), ...MALFORMED.map((line) => `seller-1|${line}`), ...lines.slice(100)];
    const keyed = ['--property', 'parse.key=true', '--property', 'key.separator=|'];
    const producer = 'org.apache.kafka.tools.ConsoleProducer';
    await kafkaTool(producer, [...server(), '--topic', 'sales-usd', ...keyed], `${input.join('\n')}\n`);

    const env = { KAFKA_BROKERS: sharedKafka().join(','), APPLICATION_ID: `sales-console-${stateDir.slice(-6)}` };
    millrace = await MillraceProcess.start({ args: ['run', 'sales'], stateDir, env });
    await millrace.untilReady();
    expect(readUpdates(await consume(sales.length))).toEqual(expectedUpdates(sales));

    const metrics = await (await fetch(`http://127.0.0.1:${millrace.httpPort}/metrics`)).text();
    const skipped = [...metrics.matchAll(/^millrace_deserialization_errors_total\{.*\} (\d+)$/gm)];
    expect(skipped.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(MALFORMED.length);
    expect(await millrace.stop()).toBe(0);
  }, 180_000);
});
