import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { CassandraServer } from '../support/cassandra/cassandra-server.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';

/** SEED_KILLS asks for more; CRASH_SEED replays the moments of the kills. */
const KILLS = Number(process.env['SEED_KILLS'] ?? 3);
const seed = Number(process.env['CRASH_SEED'] ?? systemClock.nowMs() % 1_000_000);
const ROWS = 8_000;
const WRITES_AT_ONCE = 100;
const ATTEMPTS = 10;

describe(`a seeding, whose process is killed ${String(KILLS)} times (CRASH_SEED=${String(seed)})`, () => {
  let postgres: PostgresServer;
  let cassandra: CassandraServer;
  let keyspace: string;
  let folder: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    cassandra = await CassandraServer.start();
    keyspace = await cassandra.createKeyspace();
    await postgres.query(`
      CREATE TABLE counts (id text PRIMARY KEY, amount text);
      INSERT INTO counts SELECT 'key ' || n, n::text FROM generate_series(0, ${String(ROWS - 1)}) AS n`);
    await cassandra.query(`CREATE TABLE ${keyspace}.counts (id text PRIMARY KEY, amount text)`);
    for (let from = 0; from < ROWS; from += WRITES_AT_ONCE) await insert(from);
  }, 600_000);
  afterAll(async () => {
    await postgres.stop();
    await cassandra.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-seeds-'));
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['postgres', 'cassandra'])(
    'from %s has every row in the store, once',
    async (kind) => {
      const random = seededRandom(seed);
      for (let kill = 0; kill < KILLS; kill++) await killAt(run(kind), Math.floor(random.next() * ROWS * 0.8));
      expect(await outcomeOf(run(kind))).toBe(`seeded ${String(ROWS)}`);
      const rows = JSON.parse(await readFile(join(folder, 'rows'), 'utf8')) as [string, string][]; // as the process wrote it
      const all = Array.from({ length: ROWS }, (_, n) => [`key ${String(n)}`, String(n)]);
      expect(rows.toSorted(([, a], [, b]) => Number(a) - Number(b))).toEqual(all);
      expect(await outcomeOf(run(kind))).toBe(`already ${String(ROWS)}`);
    },
    300_000 + KILLS * 60_000,
  );

  /** Writes the rows from one on; again when a server that is busy has not done it in its time. */
  async function insert(from: number): Promise<void> {
    const values = Array.from(
      { length: WRITES_AT_ONCE },
      (_, i) => `('key ${String(from + i)}', '${String(from + i)}')`,
    );
    const inserts = values.map((value) => `INSERT INTO ${keyspace}.counts (id, amount) VALUES ${value};`);
    const batch = `BEGIN UNLOGGED BATCH ${inserts.join(' ')} APPLY BATCH`;
    for (let attempt = 1; ; attempt++) {
      try {
        await cassandra.query(batch);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  function run(kind: string): ChildProcess {
    const script = ['--import', './test/support/typescript.js', './test/support/seeding-process.ts'];
    const settings = { POSTGRES_URL: postgres.url, ...cassandra.settings, CASSANDRA_KEYSPACE: keyspace };
    child = spawn(process.execPath, [...script, folder, kind], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...settings },
    });
    return child;
  }

  /** Kills a process once so many rows are in transactions that have ended. */
  async function killAt(running: ChildProcess, rows: number): Promise<void> {
    const ended = once(running, 'exit');
    for await (const line of createInterface({ input: running.stdout! })) {
      if (Number(/^rows (\d+)$/.exec(line)?.[1] ?? -1) >= rows) running.kill('SIGKILL');
    }
    await ended;
    expect(running.signalCode).toBe('SIGKILL');
  }

  async function outcomeOf(running: ChildProcess): Promise<string> {
    const said: string[] = [];
    for await (const line of createInterface({ input: running.stdout! })) said.push(line);
    return said.at(-1) ?? '';
  }
});
