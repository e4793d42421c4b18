import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { SlowServer } from '../support/slow-server.js';

/** CALL_KILLS asks for more; CRASH_SEED replays the moments of the kills. */
const KILLS = Number(process.env['CALL_KILLS'] ?? 5);
const seed = Number(process.env['CRASH_SEED'] ?? systemClock.nowMs() % 1_000_000);
/** So long after it has begun to produce a process is killed, at most. */
const AFTER_START_MS = 1_500;
/** One request in twenty is never answered. */
const SLOWNESS = { latencyMs: 500, hangsEvery: 20 };
const DOWN_MS = 10_000;
const IN_FLIGHT = 200;

describe(`mapAsync against an HTTP server, its process killed ${String(KILLS)} times with 200 calls in flight (CRASH_SEED=${String(seed)})`, () => {
  let server: SlowServer;
  let folder: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    server = await SlowServer.start(SLOWNESS);
    folder = await mkdtemp(join(tmpdir(), 'millrace-calls-'));
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has the result of every record once and in the order of its key, also when the server was down for 10 s', async () => {
    const random = seededRandom(seed);
    for (let kill = 0; kill < KILLS; kill++) {
      child = run([]);
      await once(child.stdout ?? child, 'data'); // it produces
      await sleep(random.next() * AFTER_START_MS);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const down = server.goDown(DOWN_MS);
    child = run(['4000']);
    expect(await once(child, 'exit')).toEqual([0, null]);
    await down;
    expect(server.mostAtOnce).toBeGreaterThanOrEqual(IN_FLIGHT);

    const results = readFileSync(join(folder, 'results'), 'utf8')
      .split('\n')
      .map((line) => line.split(' '));
    const numbers = results.map(([, result]) => Number(result?.slice(0, -1)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: results.length }, (_, i) => i));
    expect(results.length).toBeGreaterThanOrEqual(4_000);
    const last = new Map<string, number>();
    const disorder = results.filter(([key = ''], at) => {
      const before = last.get(key) ?? -1;
      last.set(key, numbers[at] ?? -1);
      return (numbers[at] ?? -1) <= before;
    });
    expect(disorder).toEqual([]);
  }, 900_000);

  function run(more: readonly string[]): ChildProcess {
    const script = ['--import', './test/support/typescript.js', './test/support/calling-process.ts'];
    return spawn(process.execPath, [...script, folder, server.url, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});
