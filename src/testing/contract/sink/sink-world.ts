import type { Sink, SinkGuarantee, SinkRecord } from '../../../topology/sink.js';

/** What the records of the contract hold. */
export interface ContractValue {
  /** Different in every record. */
  readonly serial: number;
  readonly text: string;
}

/** Key and value of a row that a reader sees. */
export type ContractRow = readonly [key: string, value: ContractValue | null];

/** Stands between a sink and its destination, and may fail there. */
export interface Fault {
  /** Called before each call that reaches the destination. Throws when the writer is to crash here, and ever after. */
  step(): void;
}

/** A destination that is empty when it is made. */
export interface SinkDestination {
  /** A sink to it whose every call passes the fault. */
  sink(fault: Fault): Sink<string, ContractValue>;
  /** All that a reader sees now: the rows of a table, or all records of a log. Rejects when a reader would see anything broken. */
  read(): Promise<readonly ContractRow[]>;
  dispose(): Promise<void>;
}

/** One kind of sink, as the contract makes use of it. */
export interface SinkWorld {
  readonly name: string;
  readonly guarantee: SinkGuarantee;
  /** `table`: one row per key, which a tombstone deletes. `log`: every record, tombstones too. */
  readonly shape: 'table' | 'log';
  /** A record that the destination does not take. Left out: it takes all. */
  readonly poison?: Pick<SinkRecord<string, ContractValue>, 'key' | 'value'>;
  destination(): Promise<SinkDestination>;
}
