import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientOptions } from 'cassandra-driver';
import { connectCassandra } from '../../../src/connect/cassandra/cassandra-connection.js';
import { freePorts } from '../kafka/free-ports.js';
import { cassandraJars, cassandraYaml, javaOptions, LOGBACK } from './cassandra-files.js';

const START_TIMEOUT_MS = 270_000;
/** A change of the schema takes long on a machine that is busy. */
const QUERY_TIMEOUT_MS = 60_000;
const DATA_CENTER = 'datacenter1';
const SUPERUSER = { username: 'cassandra', password: 'cassandra' };
const LAST_LINES = 20;

/** A real Cassandra of one node in a folder of its own, which takes some 900 MB; or the one that CASSANDRA_CONTACT_POINTS names. */
export class CassandraServer {
  #process: ChildProcess | undefined;
  readonly #client: Client;

  private constructor(
    readonly address: string,
    private readonly folder: string,
  ) {
    this.#client = new Client(this.connection);
  }

  static async start(): Promise<CassandraServer> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-cassandra-'));
    const running = process.env['CASSANDRA_CONTACT_POINTS'];
    if (running !== undefined) return new CassandraServer(running, folder);
    const [port = 0, storagePort = 0, jmxPort = 0] = await freePorts(3);
    writeFileSync(join(folder, 'cassandra.yaml'), cassandraYaml(folder, port, storagePort));
    writeFileSync(join(folder, 'logback.xml'), LOGBACK);
    const server = new CassandraServer(`127.0.0.1:${port}`, folder);
    try {
      await server.#start(await cassandraJars(), jmxPort);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** For a client of its superuser. */
  get connection(): ClientOptions {
    return { contactPoints: [this.address], localDataCenter: DATA_CENTER, credentials: SUPERUSER };
  }

  /** The same, as a process is told it. */
  get settings(): Readonly<Record<string, string>> {
    return {
      CASSANDRA_CONTACT_POINTS: this.address,
      CASSANDRA_LOCAL_DC: DATA_CENTER,
      CASSANDRA_USERNAME: SUPERUSER.username,
      CASSANDRA_PASSWORD: SUPERUSER.password,
    };
  }

  /** Rows of a query; numbers of 64 bits and more come as text. */
  async query(text: string): Promise<readonly Record<string, unknown>[]> {
    const { rows } = await this.#client.execute(text, [], { fetchSize: 100_000, readTimeout: QUERY_TIMEOUT_MS });
    // Of a statement that gives no rows there is no list
    return ((rows as typeof rows | undefined) ?? []).map((row) =>
      Object.fromEntries(row.keys().map((name) => [name, row.get(name) as unknown])),
    );
  }

  /** Makes an empty keyspace, and gives its name. */
  async createKeyspace(): Promise<string> {
    const name = `suite_${randomUUID().slice(0, 8)}`;
    await this.query(`CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
    return name;
  }

  async stop(): Promise<void> {
    await this.#client.shutdown();
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL'); // nothing of it is needed any more
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #start(jars: string, jmxPort: number): Promise<void> {
    const logFile = join(this.folder, 'log');
    const log = openSync(logFile, 'a');
    const main = ['-cp', join(jars, '*'), 'org.apache.cassandra.service.CassandraDaemon'];
    const child = spawn('java', [...javaOptions(this.folder, jmxPort), ...main], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      if (await this.#answers()) return;
      await sleep(300);
    }
    const lines = readFileSync(logFile, 'utf8').split('\n').slice(-LAST_LINES);
    throw new Error(`Cassandra did not start:\n${lines.join('\n')}`);
  }

  /** The first user is made a moment after the port is open. */
  async #answers(): Promise<boolean> {
    try {
      // The driver's own client, when it cannot connect, goes on for ever.
      const connection = await connectCassandra({ client: this.connection, consistency: 'one' });
      await connection.close();
      return true;
    } catch {
      return false;
    }
  }
}
