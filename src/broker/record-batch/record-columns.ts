import type { Headers } from '../../util/headers.js';

/**
 * Records of one partition in offset order, as columns: no object per record. Valid as long as it is referenced; the
 * buffers behind it are not reused.
 */
export interface RecordColumns {
  readonly length: number;
  offset(index: number): number;
  /** Milliseconds; the log-append time where the topic uses that. */
  timestamp(index: number): number;
  /** -1 when unknown. */
  leaderEpoch(index: number): number;
  /** The buffer that holds the key and value of a record. */
  buffer(index: number): Buffer;
  /** Where the key starts in `buffer`; -1 for a null key. */
  keyStart(index: number): number;
  keyEnd(index: number): number;
  /** Where the value starts in `buffer`; -1 for a null value. */
  valueStart(index: number): number;
  valueEnd(index: number): number;
  /** Decoded on each call. */
  headers(index: number): Headers;
  /** Size on the wire, for back-pressure by bytes. */
  readonly byteLength: number;
}
