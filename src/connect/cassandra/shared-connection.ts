import type { CassandraConfig, CassandraConnection } from './cassandra-connection.js';

/**
 * The one connection of a sink's writers, opened by the first and closed by the last: a client of Cassandra holds connections to
 * every node.
 */
export class SharedConnection {
  #users = 0;
  #connection: Promise<CassandraConnection> | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly connect: (config: CassandraConfig) => Promise<CassandraConnection>) {}

  /** To be followed by a {@link release}, unless it rejects. */
  async acquire(config: CassandraConfig): Promise<CassandraConnection> {
    this.#users++;
    this.#connection ??= this.connect(config);
    const connection = this.#connection;
    try {
      return await connection;
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      this.#users--;
      throw error;
    }
  }

  async release(): Promise<void> {
    if (--this.#users > 0) return;
    const connection = this.#connection;
    this.#connection = undefined;
    await (await connection)?.close();
  }

  /** Runs pieces of work one after the other: what makes a table must not meet another that makes it. */
  alone(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
