import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { example } from '../../topologies/wallets/example.js';
import { MillraceProcess } from '../support/millrace-process.js';

const CLI = join(import.meta.dirname, '../../dist/src/cli/main.js');
/** No Kafka, even where the suite has one. */
const EMBEDDED = { KAFKA_BROKERS: '' };

let folder: string;
let running: MillraceProcess;

async function start(): Promise<MillraceProcess> {
  const process = await MillraceProcess.start({
    args: ['run', 'wallets'],
    stateDir: join(folder, 'state'),
    env: EMBEDDED,
  });
  await process.untilReady();
  return process;
}

async function produce(lines: readonly unknown[]): Promise<void> {
  const file = join(folder, 'transactions.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const args = ['produce', 'transactions_topic', file, '--http-port', String(running.httpPort)];
  await promisify(execFile)(process.execPath, [CLI, ...args], { env: { ...process.env, ...EMBEDDED } });
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${running.httpPort}${path}`)).json();
}

/** The amounts of a product's top credits. */
async function topCredits(product: string): Promise<unknown> {
  const { credits } = (await get(`/top_credits/${product}`)) as { credits?: { amount: string }[] };
  return credits?.map(({ amount }) => amount);
}

async function answers(): Promise<unknown> {
  return {
    balances: [await get('/balance/b'), await get('/balance/b2')],
    averages: [await get('/average_daily_debit/b'), await get('/average_daily_debit/b2')],
    credits: [await topCredits('product1'), await topCredits('product2')],
  };
}

const EXPECTED = {
  balances: [
    { wallet_id: 'b', balance: '75.00' },
    { wallet_id: 'b2', balance: '15.00' },
  ],
  averages: [
    { wallet_id: 'b', average_daily_debit: '5.00', days: 1 },
    { wallet_id: 'b2', average_daily_debit: '20.00', days: 1 },
  ],
  credits: [['35.00', '25.00', '15.00', '5.00'], ['35.00']],
};

async function untilAnswered(): Promise<void> {
  await running.until(async () => JSON.stringify(await answers()) === JSON.stringify(EXPECTED), 'through');
}

describe('wallets on the embedded log', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-wallets-'));
    running = await start();
  });
  afterAll(async () => {
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('answer the worked example over REST, and the same after kill -9 and after a stop', async () => {
    await produce(example);
    await untilAnswered();
    await running.kill();
    running = await start();
    await untilAnswered();
    expect(await running.stop()).toBe(0);
    running = await start();
    expect(await answers()).toEqual(EXPECTED);
  });

  it('take no transaction twice, and go on after a malformed one', async () => {
    const last = { ...example[0], transaction_id: 'last', wallet_id: 'last', product_id: 'last' };
    await produce([...example, { ...example[0], amount: 'much' }, last]);
    await running.until(async () => (await fetch(`http://127.0.0.1:${running.httpPort}/balance/last`)).ok, 'through');
    await untilAnswered();
  });

  it('answer grpcurl what they answer over REST, by a service that it finds itself', async () => {
    await untilAnswered();
    const address = `127.0.0.1:${running.grpcPort}`;
    const grpcurl = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)('grpcurl', ['-plaintext', ...args])).stdout;
    expect(await grpcurl(address, 'list')).toContain('wallets.v1.WalletService\n');
    expect(await grpcurl(address, 'describe', 'wallets.v1.WalletService')).toContain('rpc GetBalance');
    const asked = await grpcurl('-d', '{"wallet_id":"b"}', address, 'wallets.v1.WalletService/GetBalance');
    expect(JSON.parse(asked)).toEqual(await get('/balance/b'));
    const unknown = grpcurl('-d', '{"wallet_id":"nobody"}', address, 'wallets.v1.WalletService/GetBalance');
    await expect(unknown).rejects.toMatchObject({ stderr: expect.stringContaining('Code: NotFound') });
    expect(
      await grpcurl('-d', '{"service":"wallets.v1.WalletService"}', address, 'grpc.health.v1.Health/Check'),
    ).toContain('SERVING');
  });

  it('know nothing of a wallet that never was', async () => {
    expect(await get('/balance/nobody')).toMatchObject({ error: 'NOT_FOUND' });
  });
});
