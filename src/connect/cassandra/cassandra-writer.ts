import {
  SinkRecordsRejectedError,
  type RejectedSinkRecord,
  type SinkBatch,
  type SinkContext,
  type SinkWriter,
} from '../../topology/sink.js';
import type { CassandraConnection } from './cassandra-connection.js';
import { isRefusal } from './cassandra-errors.js';
import type { RowStatements, TableRow } from './row-statements.js';
import type { WriteTimestamps } from './write-timestamps.js';

export interface CassandraWriterOptions {
  readonly connection: CassandraConnection;
  readonly statements: RowStatements;
  readonly timestamps: WriteTimestamps;
  readonly context: SinkContext;
  /** Requests under way at a time. */
  readonly concurrency: number;
  /** Lets go of the connection. */
  readonly release: () => Promise<void>;
}

/** Rows of one partition that go as one request: Cassandra takes them as one mutation, whose size is bounded. */
const MOST_ROWS = 100;
const MOST_CHARACTERS = 128 << 10;

/**
 * Writes one partition of a log into a table. Write timestamps follow the log, so the rows of a batch may be written at the same
 * time and in any order. Those of one partition of Cassandra's go together, as one unlogged batch, which its replicas take as
 * one write; batches over several partitions would only burden their coordinator.
 */
export class CassandraWriter implements SinkWriter {
  /** An idempotent sink goes on from what the group has committed. */
  readonly position = undefined;
  #written = 0;

  constructor(private readonly options: CassandraWriterOptions) {}

  async write(batch: SinkBatch): Promise<number> {
    if (batch.records.length > 0) {
      const last = new Map((await this.#rowsOf(batch)).map((row) => [row.row, row]));
      const refused = await this.#writeAll(requests([...last.values()]));
      if (refused.length > 0) throw new SinkRecordsRejectedError(refused);
    }
    this.#written = batch.nextOffset;
    return this.#written;
  }

  flush(): Promise<number> {
    return Promise.resolve(this.#written);
  }

  close(): Promise<void> {
    return this.options.release();
  }

  /** @throws SinkRecordsRejectedError before anything is written */
  async #rowsOf({ records, nextOffset }: SinkBatch): Promise<readonly TableRow[]> {
    const { statements, timestamps, context } = this.options;
    const base = await timestamps.base(nextOffset);
    const nowMs = context.clock.nowMs();
    const rejected: RejectedSinkRecord[] = [];
    const rows = records.flatMap((record, index) => {
      try {
        return [statements.row(record, index, base, nowMs)];
      } catch (reason) {
        rejected.push({ index, reason });
        return [];
      }
    });
    if (rejected.length > 0) throw new SinkRecordsRejectedError(rejected);
    return rows;
  }

  /** Gives the rows that the server refuses. After a failure nothing more is begun, and what is under way is waited for. */
  async #writeAll(all: readonly (readonly TableRow[])[]): Promise<readonly RejectedSinkRecord[]> {
    const refused: RejectedSinkRecord[] = [];
    const queue = all.values();
    let failed = false;
    const lane = async (): Promise<void> => {
      for (const rows of queue) {
        if (failed) return;
        try {
          refused.push(...(await this.#writeTogether(rows)));
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const lanes = Array.from({ length: Math.min(this.options.concurrency, all.length) }, lane);
    const failure = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
    return refused;
  }

  async #writeTogether(rows: readonly TableRow[]): Promise<readonly RejectedSinkRecord[]> {
    const { connection } = this.options;
    const [only, ...others] = rows;
    if (only === undefined) return [];
    try {
      if (others.length === 0) await connection.execute(only.statement);
      else await connection.executeTogether(rows.map(({ statement }) => statement));
      return [];
    } catch (reason) {
      if (!isRefusal(reason)) throw reason;
      if (others.length === 0) return [{ index: only.index, reason }];
      const refused = [];
      for (const row of rows) refused.push(...(await this.#writeTogether([row])));
      return refused;
    }
  }
}

/** Puts rows of one partition together, up to a bound. */
function requests(rows: readonly TableRow[]): readonly (readonly TableRow[])[] {
  const all: TableRow[][] = [];
  const open = new Map<string, { readonly rows: TableRow[]; characters: number }>();
  for (const row of rows) {
    const characters = row.statement.params.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 8),
      0,
    );
    const request = open.get(row.partition);
    if (
      request !== undefined &&
      request.rows.length < MOST_ROWS &&
      request.characters + characters <= MOST_CHARACTERS
    ) {
      request.rows.push(row);
      request.characters += characters;
    } else {
      const begun = [row];
      open.set(row.partition, { rows: begun, characters });
      all.push(begun);
    }
  }
  return all;
}
