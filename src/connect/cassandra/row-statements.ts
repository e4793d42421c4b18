import type { SinkRecord } from '../../topology/sink.js';
import { MillraceError } from '../../util/errors.js';
import { toMillis, type Duration } from '../../util/time.js';
import { quoteName } from '../quoted-name.js';
import { requireKey } from '../require-key.js';
import type { CassandraStatement } from './cassandra-connection.js';
import { quoteTable, type TableColumn, type TableShape } from './cassandra-table.js';
import { toDriver, type DriverValue } from './cassandra-value.js';

/** A column, and what it takes from a record. */
export interface RowColumn extends TableColumn {
  readonly of: (record: SinkRecord) => unknown;
}

export interface RowShape extends TableShape {
  readonly partitionKey: readonly RowColumn[];
  readonly clusteringKey: readonly RowColumn[];
  readonly values: readonly RowColumn[];
  /** How long after its event time a record is kept; undefined: for ever. Left out: as the table says. */
  readonly ttl?: (record: SinkRecord) => Duration | undefined;
}

/** A record on its way into a table. */
export interface TableRow {
  /** Its index in the batch. */
  readonly index: number;
  /** The same for all rows of a partition of Cassandra's. */
  readonly partition: string;
  /** The same for all records of a row. */
  readonly row: string;
  readonly statement: CassandraStatement;
}

/** Twenty years, the most that Cassandra takes. */
const LONGEST_TTL_S = 630_720_000;

/** Turns records into statements that write or delete one row each. */
export class RowStatements {
  readonly #insert: string;
  readonly #delete: string;

  constructor(private readonly shape: RowShape) {
    const key = [...shape.partitionKey, ...shape.clusteringKey];
    const names = [...key, ...shape.values].map(({ name }) => quoteName(name));
    const ttl = shape.ttl === undefined ? '' : ' AND TTL ?';
    const table = quoteTable(shape);
    this.#insert = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) USING TIMESTAMP ?${ttl}`;
    const where = key.map(({ name }) => `${quoteName(name)} = ?`).join(' AND ');
    this.#delete = `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${where}`;
  }

  /**
   * @param base of the write timestamps: the record's offset is added
   * @throws MillraceError `SINK_RECORD_WITHOUT_KEY`, `CASSANDRA_VALUE_INVALID`, or whatever a column's function throws
   */
  row(record: SinkRecord, index: number, base: number, nowMs: number): TableRow {
    requireKey(record);
    const partitionKey = this.shape.partitionKey.map((column) => keyValue(column, record));
    const clusteringKey = this.shape.clusteringKey.map((column) => keyValue(column, record));
    const key = [...partitionKey, ...clusteringKey];
    const place = { index, partition: JSON.stringify(partitionKey), row: JSON.stringify(key) };
    const timestamp = String(base + record.offset);
    const ttlSeconds = record.value === null ? 0 : this.#ttlSeconds(record, nowMs);
    if (ttlSeconds === 0) return { ...place, statement: { query: this.#delete, params: [timestamp, ...key] } };
    const values = this.shape.values.map((column) => valueOf(column, record));
    const params = [...key, ...values, timestamp, ...(this.shape.ttl === undefined ? [] : [ttlSeconds ?? 0])];
    return { ...place, statement: { query: this.#insert, params } };
  }

  /** What is left of the record's life; 0 when it is over. By event time, so that to write it again does not prolong it. */
  #ttlSeconds(record: SinkRecord, nowMs: number): number | undefined {
    const ttl = this.shape.ttl?.(record);
    if (ttl === undefined) return undefined;
    const seconds = Math.max(0, Math.ceil((record.timestamp + toMillis(ttl) - nowMs) / 1_000));
    if (seconds <= LONGEST_TTL_S) return seconds;
    throw valueInvalid(
      `a row cannot be kept for ${seconds} seconds: Cassandra keeps none for more than ${LONGEST_TTL_S}`,
    );
  }
}

function keyValue(column: RowColumn, record: SinkRecord): DriverValue {
  const value = valueOf(column, record);
  if (value !== null) return value;
  throw valueInvalid(`column "${column.name}" of the primary key is null`);
}

function valueOf({ name, type, of }: RowColumn, record: SinkRecord): DriverValue {
  return toDriver(of(record), name, type);
}

function valueInvalid(message: string): MillraceError {
  const hint = 'Mend what the sink takes from the record, or filter such records.';
  return new MillraceError({ code: 'CASSANDRA_VALUE_INVALID', kind: 'data', message, hint });
}
