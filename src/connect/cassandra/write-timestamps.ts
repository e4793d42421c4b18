import type { SinkContext } from '../../topology/sink.js';
import { quoteName } from '../quoted-name.js';
import type { CassandraConnection, CassandraRow } from './cassandra-connection.js';

const TABLE = 'millrace_write_timestamps';
const MICROS_PER_MS = 1_000;

/**
 * The write timestamps of a partition's records: Cassandra keeps, of all writes of a cell, the one with the latest. So that a
 * record that is written again, by this writer or by one that was overtaken, brings nothing back that a later one has replaced,
 * the timestamp follows the order of the log:
 *
 *     timestamp = base + offset        (microseconds)
 *
 * The base is drawn once for each application, sink, topic id and partition, and kept in a table beside the sink's own: it is
 * the time of the first write, less the offset then. So a topic that was made anew, whose offsets begin at 0 again, wins over
 * what the earlier one has left, as long as a partition takes less than a million records a second.
 */
export class WriteTimestamps {
  readonly #table: string;
  readonly #place: readonly (string | number)[];
  #base: number | undefined;

  constructor(
    private readonly connection: CassandraConnection,
    keyspace: string,
    private readonly context: SinkContext,
  ) {
    this.#table = `${quoteName(keyspace)}.${TABLE}`;
    const { applicationId, sink, topicId, partition } = context;
    this.#place = [applicationId, sink, topicId, partition];
  }

  /** Makes the table, if it is not there, and reads the base, if it has been drawn. */
  async open(keyspace: string): Promise<void> {
    const query = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    if ((await this.connection.execute({ query, params: [keyspace, TABLE] })).length === 0) {
      const columns = 'application text, sink text, topic_id text, partition int, topic text, base bigint';
      const key = 'PRIMARY KEY ((application, sink, topic_id, partition))';
      await this.connection.execute({
        query: `CREATE TABLE IF NOT EXISTS ${this.#table} (${columns}, ${key})`,
        params: [],
      });
    }
    const where = 'application = ? AND sink = ? AND topic_id = ? AND partition = ?';
    const rows = await this.connection.execute({
      query: `SELECT base FROM ${this.#table} WHERE ${where}`,
      params: this.#place,
    });
    this.#base = baseIn(rows[0]);
  }

  /** The number to which an offset is added. `nextOffset`: behind the batch that is being written. */
  async base(nextOffset: number): Promise<number> {
    this.#base ??= await this.#draw(this.context.clock.nowMs() * MICROS_PER_MS - nextOffset);
    return this.#base;
  }

  /** Of several writers that draw, one wins, and all have its base. */
  async #draw(base: number): Promise<number> {
    const [answer] = await this.connection.execute({
      query:
        `INSERT INTO ${this.#table} (application, sink, topic_id, partition, topic, base) ` +
        'VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS',
      params: [...this.#place, this.context.topic, String(base)],
    });
    return baseIn(answer) ?? base;
  }
}

function baseIn(row: CassandraRow | undefined): number | undefined {
  return row?.base === undefined || row.base === null ? undefined : Number(row.base);
}
