import {
  SinkFencedError,
  SinkRecordsRejectedError,
  type RejectedSinkRecord,
  type SinkBatch,
  type SinkContext,
  type SinkWriter,
} from '../../topology/sink.js';
import { sqlStateOf, type PostgresConnection } from './postgres-connection.js';
import type { TableRow, Upsert } from './upsert.js';

/** In the table of positions: there is none yet. */
const NOTHING = -1;

/** The table that holds the positions, quoted. */
export function createPositions(positions: string): string {
  return (
    `CREATE TABLE IF NOT EXISTS ${positions} (application text, sink text, topic text NOT NULL, topic_id text, ` +
    'partition integer, next bigint NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), ' +
    'PRIMARY KEY (application, sink, topic_id, partition))'
  );
}

/**
 * Writes one partition into a table. The rows of a batch and its position are one transaction, which begins with
 * `UPDATE … SET next = … WHERE next = expected`: that takes the row's lock, so of two writers the second waits, finds the
 * position moved, and is fenced.
 */
export class PostgresWriter implements SinkWriter {
  #position = NOTHING;
  readonly #place: readonly unknown[];

  constructor(
    private readonly connection: PostgresConnection,
    private readonly upsert: Upsert,
    private readonly positions: string,
    private readonly context: SinkContext,
  ) {
    const { applicationId, sink, topicId, partition } = context;
    this.#place = [applicationId, sink, topicId, partition];
  }

  get position(): number | undefined {
    return this.#position === NOTHING ? undefined : this.#position;
  }

  /** Reads the position, for which there is a row from then on. */
  async start(): Promise<void> {
    const { connection, positions, context } = this;
    await connection.query(
      `INSERT INTO ${positions} (application, sink, topic_id, partition, topic, next)
       VALUES ($1, $2, $3, $4, $5, ${String(NOTHING)}) ON CONFLICT DO NOTHING`,
      [...this.#place, context.topic],
    );
    const { rows } = await connection.query(
      `SELECT next FROM ${positions} WHERE application = $1 AND sink = $2 AND topic_id = $3 AND partition = $4`,
      this.#place,
    );
    this.#position = Number(rows[0]?.next ?? NOTHING);
  }

  async write(batch: SinkBatch): Promise<number> {
    const rows = this.#rowsOf(batch);
    try {
      await this.#begin(batch.nextOffset);
      await this.upsert.write(this.connection, rows);
      await this.connection.query('COMMIT');
    } catch (error) {
      if (!concernsData(error)) throw error;
      await this.connection.query('ROLLBACK');
      await this.#writeTakeable(batch.nextOffset, rows);
    }
    this.#position = batch.nextOffset;
    return this.#position;
  }

  flush(): Promise<number> {
    return Promise.resolve(Math.max(0, this.#position));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  #rowsOf({ records }: SinkBatch): readonly TableRow[] {
    const rejected: RejectedSinkRecord[] = [];
    const rows = records.flatMap((record, index) => {
      try {
        return [this.upsert.row(record, index)];
      } catch (reason) {
        rejected.push({ index, reason });
        return [];
      }
    });
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
    return rows;
  }

  /** @throws SinkFencedError */
  async #begin(nextOffset: number): Promise<void> {
    await this.connection.query('BEGIN');
    const { rowCount } = await this.connection.query(
      `UPDATE ${this.positions} SET next = $5, updated_at = now()
        WHERE application = $1 AND sink = $2 AND topic_id = $3 AND partition = $4 AND next = $6`,
      [...this.#place, nextOffset, this.#position],
    );
    if (rowCount === 1) return;
    await this.connection.query('ROLLBACK');
    throw new SinkFencedError(this.context, this.position);
  }

  /**
   * Halves the batch until each row that the table refuses stands alone. If there is one, nothing counts; if the table refused
   * only that rows came together, they are written now.
   */
  async #writeTakeable(nextOffset: number, rows: readonly TableRow[]): Promise<void> {
    await this.#begin(nextOffset);
    await this.connection.query('SET CONSTRAINTS ALL IMMEDIATE');
    const rejected = await this.#rejectedOf(rows);
    await this.connection.query(rejected.length > 0 ? 'ROLLBACK' : 'COMMIT');
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
  }

  async #rejectedOf(rows: readonly TableRow[]): Promise<readonly RejectedSinkRecord[]> {
    if (rows.length === 0) return [];
    try {
      await this.connection.query('SAVEPOINT part');
      await this.upsert.write(this.connection, rows);
      await this.connection.query('RELEASE SAVEPOINT part');
      return [];
    } catch (reason) {
      if (!concernsData(reason)) throw reason;
      await this.connection.query('ROLLBACK TO SAVEPOINT part');
      const [only, ...others] = rows;
      if (only !== undefined && others.length === 0) return [{ index: only.index, reason }];
      const half = rows.length >> 1;
      const first = await this.#rejectedOf(rows.slice(0, half));
      return [...first, ...(await this.#rejectedOf(rows.slice(half)))];
    }
  }
}

/** The server has refused a row: its values (class 22), a constraint (23), its size (54), or that a key comes twice (21000). */
function concernsData(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && /^(22|23|54|21000)/.test(state);
}
