import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MillraceProcess } from '../support/millrace-process.js';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
/** What CI runs by itself, before this suite. */
const RUN_ELSEWHERE = ['npm ci && npm start', 'npm test', 'npm run conformance'];

describe('a command of the README', () => {
  let stateDir: string;
  let millrace: MillraceProcess;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
    const env = { KAFKA_BROKERS: '' };
    millrace = await MillraceProcess.start({
      args: ['run', 'sales', 'wallets', 'page-views', 'user-features', 'money-enrichment', '--generate'],
      stateDir,
      env,
    });
    await millrace.untilReady();
    await millrace.until(
      async () => (await metric(millrace, 'millrace_commit_total')) > 5,
      'through with its first sales',
    );
    // Transactions are held back until they are in order: these rows come last.
    const found = async (path: string) => (await fetch(`http://127.0.0.1:${millrace.httpPort}${path}`)).ok;
    const known = async () => (await found('/last_enriched/user-1')) && (await found('/user_stats/user-1'));
    await millrace.until(known, 'through with the first transactions of user-1');
  }, 120_000);
  afterAll(async () => {
    expect(await millrace.stop()).toBe(0);
    await rm(stateDir, { recursive: true, force: true });
  });

  it.each(commands.filter((command) => !RUN_ELSEWHERE.includes(command)))('%s', async (command) => {
    const here = command
      .replace('127.0.0.1:8080', `127.0.0.1:${millrace.httpPort}`)
      .replace('127.0.0.1:50051', `127.0.0.1:${millrace.grpcPort}`)
      .replace(/^npx millrace/, 'node dist/src/cli/main.js');
    const env = { ...process.env, GRPC_PORT: String(millrace.grpcPort), HTTP_PORT: String(millrace.httpPort) };
    const { stdout } = await promisify(execFile)('bash', ['-c', here], { cwd: root, env });
    expect(stdout.length).toBeGreaterThan(1);
  });

  it('is tried or named here', () => {
    expect(commands).toEqual(expect.arrayContaining(RUN_ELSEWHERE));
    expect(commands.length).toBeGreaterThan(RUN_ELSEWHERE.length);
  });
});

async function metric(millrace: MillraceProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${millrace.httpPort}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? ([0-9.e+]+)$`, 'm').exec(text)?.[1] ?? 0);
}
