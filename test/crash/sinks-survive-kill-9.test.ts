import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { S3Client } from '../../src/connect/s3/s3-client.js';
import { seededRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { CassandraServer } from '../support/cassandra/cassandra-server.js';
import { readJsonLines } from '../support/files/file-world.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { objectRows, S3Server } from '../support/s3/s3-server.js';

/** SINK_KILLS asks for more; CRASH_SEED replays the moments of the kills. */
const KILLS = Number(process.env['SINK_KILLS'] ?? 10);
const seed = Number(process.env['CRASH_SEED'] ?? systemClock.nowMs() % 1_000_000);
const AFTER_START_MS = 400;

describe(`sinks, whose process is killed ${String(KILLS)} times (CRASH_SEED=${String(seed)})`, () => {
  let postgres: PostgresServer;
  let cassandra: CassandraServer;
  let s3: S3Server;
  let bucket: S3Client;
  let keyspace: string;
  let folder: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    cassandra = await CassandraServer.start();
    s3 = await S3Server.start();
    bucket = await s3.createBucket('numbers');
    keyspace = await cassandra.createKeyspace();
    folder = await mkdtemp(join(tmpdir(), 'millrace-sinks-'));
    await postgres.query(`
      CREATE TABLE numbers (id bigint PRIMARY KEY, square numeric);
      CREATE TABLE writes (id bigint);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO writes VALUES (NEW.id); RETURN NEW; END';
      CREATE TRIGGER note BEFORE INSERT OR UPDATE ON numbers FOR EACH ROW EXECUTE FUNCTION note()`);
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await postgres.stop();
    await cassandra.stop();
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'write every number: once to Postgres, and to files and objects, of which none is ever partial, and to Cassandra, where the last one counts',
    async () => {
      const random = seededRandom(seed);
      let produced = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        child = run([]);
        produced = await produceFor(child, random.next() * AFTER_START_MS);
        if (existsSync(join(folder, 'files'))) expect(() => readJsonLines(join(folder, 'files'))).not.toThrow();
        await objectRows(bucket, 'all/date='); // throws if one is cut off
      }
      // What was acknowledged last may have been more than was said
      const total = produced + 1_000;
      child = run([String(total)]);
      expect(await once(child, 'exit')).toEqual([0, null]);

      const [table] = await postgres.query(`
      SELECT (SELECT count(*) FROM numbers) AS rows, (SELECT count(*) FROM writes) AS writes,
             (SELECT count(*) FROM numbers WHERE square = id::numeric * id) AS squares`);
      const files = readJsonLines(join(folder, 'files')).map(({ key }) => Number(key));
      const all = Array.from({ length: Math.max(...files) + 1 }, (_, i) => i);
      expect(all.length).toBeGreaterThanOrEqual(total);
      expect(files.sort((a, b) => a - b)).toEqual(all);
      const count = String(all.length);
      expect(table).toEqual({ rows: count, writes: count, squares: count });
      const objects = (await objectRows<{ key: string }>(bucket, 'all/date=')).map(({ key }) => Number(key));
      expect(objects.sort((a, b) => a - b)).toEqual(all);
      await expectInCassandra(all);
    },
    300_000 + KILLS * 60_000,
  );

  async function expectInCassandra(all: readonly number[]): Promise<void> {
    const rows = await cassandra.query(`SELECT bucket, id, square FROM ${keyspace}.numbers`);
    expect(rows.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(all);
    expect(rows.every(({ id, square }) => Number(id) ** 2 === Number(square))).toBe(true);
    const last = new Map<unknown, number>();
    for (const { bucket, id } of rows) last.set(bucket, Math.max(last.get(bucket) ?? 0, Number(id)));
    const latest = await cassandra.query(`SELECT bucket, square FROM ${keyspace}.latest`);
    expect(new Map(latest.map(({ bucket, square }) => [bucket, Number(square)]))).toEqual(
      new Map([...last].map(([bucket, id]) => [bucket, id ** 2])),
    );
  }

  function run(more: readonly string[]): ChildProcess {
    const script = ['--import', './test/support/typescript.js', './test/support/sinking-process.ts'];
    const databases = { POSTGRES_URL: postgres.url, ...cassandra.settings, CASSANDRA_KEYSPACE: keyspace };
    const settings = { ...databases, ...s3.environment };
    return spawn(process.execPath, [...script, folder, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...settings },
    });
  }

  /** Kills the process so long after it has begun to produce; gives how many it has said to have produced. */
  async function produceFor(running: ChildProcess, durationMs: number): Promise<number> {
    let text = '';
    const begun = new Promise<void>((resolve) => {
      running.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        resolve();
      });
    });
    await Promise.race([begun, once(running, 'exit')]);
    await sleep(durationMs);
    running.kill('SIGKILL');
    if (running.signalCode === null && running.exitCode === null) await once(running, 'exit');
    return Number(/produced (\d+)\n[^\n]*$/.exec(text)?.[1] ?? 0);
  }
});
