import type { FetchedRecords } from '../../broker/client/client.js';
import type { OffsetToCommit, TopicPartition } from '../../broker/client/protocol.js';
import type { RecordColumns } from '../../broker/record-batch/record-columns.js';
import { SchemaPendingError } from '../../serde/registry/schema-registry-error.js';
import type { Record } from '../../topology/processor.js';
import { Tick } from '../../topology/tick.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';
import { rawRecord, RejectedRecord } from './dead-letter.js';
import type { TopicCounters } from './task-metrics.js';
import { encodeOffsetMetadata } from './offset-metadata.js';
import type { CommittedInput, TaskInput } from './task.js';
import type { TaskSource } from './task-source.js';

/**
 * The records of one input partition that wait for their turn. Only the first, the head, is read from its bytes.
 *
 * *Partition time* is the largest timestamp taken from the partition so far; the timestamp extractor is given it.
 */
export class RecordQueue implements TaskInput {
  readonly topic: string;
  readonly partition: number;
  readonly source: TaskSource;
  /** Timestamp of the head; -1 for one that could not be read (it comes first, and fails when taken). */
  headTimestamp = -1;
  partitionTime = -1;
  /** Records that the broker is known to have beyond what was fetched; undefined before the first fetch. */
  lag: number | undefined;
  /** When waiting for more records of this empty, caught-up partition ends; undefined while not waiting. */
  idleUntilMs: number | undefined;
  bufferedRecords = 0;
  bufferedBytes = 0;
  held = false;
  /** Offset of the record taken last. */
  takenOffset = -1;
  readonly #chunks: RecordColumns[] = [];
  #chunk: RecordColumns | undefined;
  /** Index in the chunk of the record after the head. */
  #cursor = 0;
  #head: Record<unknown, unknown> | undefined;
  #headOffset = -1;
  /** Where the record taken last was read from. */
  #takenChunk: RecordColumns | undefined;
  #takenIndex = 0;
  #failure: { readonly error: unknown } | undefined;
  /** The head can be read once this has come. */
  #pending: SchemaPendingError | undefined;
  #arrived = false;
  /** Next offset to fetch; -1 before the first fetch. */
  #fetchedTo = -1;
  #leaderEpoch = -1;
  /** Position at the last commit; -1 before there is one. */
  #committedTo = -1;
  #moved = false;

  readonly #consumed: TopicCounters;
  readonly #wake: (() => void) | undefined;

  /** @param wake called when a pending head can be read */
  constructor(source: TaskSource, { topic, partition }: TopicPartition, consumed: TopicCounters, wake?: () => void) {
    this.#consumed = consumed;
    this.#wake = wake;
    this.topic = topic;
    this.partition = partition;
    this.source = source;
  }

  get empty(): boolean {
    return this.#head === undefined && this.#failure === undefined && this.#pending === undefined;
  }

  /**
   * The head waits for its schema, so that its time is not known: nothing of the task may be taken before it. `headTimestamp`
   * is -1. Resolves when the schema has come; undefined while nothing is waited for.
   */
  get pending(): Promise<void> | undefined {
    return this.#pending?.arrived;
  }

  /** Reads a pending head once its schema has come; gives whether it is pending no longer. */
  tryReadPending(): boolean {
    if (!this.#arrived) return false;
    this.#clearHead();
    this.#cursor--;
    this.#readHead();
    return this.#pending === undefined;
  }

  /** Whether a record can be taken now: for a task of one input, which asks before each. */
  tryReady(): boolean {
    return (this.#pending === undefined || this.tryReadPending()) && !this.empty;
  }

  /** The head, if it is a tick. */
  get tick(): Tick | undefined {
    const value = this.#head?.value;
    return value instanceof Tick ? value : undefined;
  }

  /** All that the broker is known to have of this partition was taken. */
  get drained(): boolean {
    return this.empty && this.lag === 0;
  }

  /** Next offset to commit: that of the head, or where fetching goes on; -1 before the first fetch. */
  get position(): number {
    return this.empty ? this.#fetchedTo : this.#headOffset;
  }

  /** The position is not the one committed last. */
  get uncommitted(): boolean {
    return this.#committedTo < 0 ? this.#moved : this.position > this.#committedTo;
  }

  /** Drops what is queued and starts from what was committed, if anything was. */
  reset(committed: CommittedInput | undefined, partitionTime: number): void {
    this.#chunks.length = 0;
    this.#chunk = undefined;
    this.#takenChunk = undefined;
    this.#cursor = 0;
    this.#clearHead();
    this.bufferedRecords = 0;
    this.bufferedBytes = 0;
    this.#fetchedTo = committed?.offset ?? -1;
    this.#committedTo = committed?.offset ?? -1;
    this.#moved = false;
    this.partitionTime = partitionTime;
    this.lag = undefined;
    this.idleUntilMs = undefined;
  }

  add(fetched: FetchedRecords): void {
    const { records, nextOffset, highWatermark, lastStableOffset } = fetched;
    if (records.length > 0) {
      this.#chunks.push(records);
      this.bufferedRecords += records.length;
      this.bufferedBytes += records.byteLength;
      this.#consumed.records.value += records.length;
      this.#consumed.bytes.value += records.byteLength;
    }
    const end = lastStableOffset >= 0 ? Math.min(highWatermark, lastStableOffset) : highWatermark;
    this.#fetchedTo = nextOffset;
    this.lag = Math.max(0, end - nextOffset);
    if (this.empty) this.#readHead();
  }

  /**
   * Takes the head and reads the next one.
   * @throws ProcessingFailedError when the head could not be read
   */
  take(): Record<unknown, unknown> {
    const head = this.#head;
    if (head === undefined) throw this.#failure?.error;
    this.takenOffset = this.#headOffset;
    this.#takenChunk = this.#chunk;
    this.#takenIndex = this.#cursor - 1;
    this.#moved = true;
    this.bufferedRecords--;
    if (head.timestamp > this.partitionTime && !(head instanceof RejectedRecord)) this.partitionTime = head.timestamp;
    this.#clearHead();
    this.#readHead();
    return head;
  }

  /** The offset to commit with its metadata; undefined when nothing was consumed and nothing committed before. */
  offsetToCommit(processorMetadata: ReadonlyMap<string, number>): OffsetToCommit | undefined {
    const { topic, partition, partitionTime, position } = this;
    if (position < 0 || (this.#committedTo < 0 && !this.#moved)) return undefined;
    const leaderEpoch = this.empty ? this.#leaderEpoch : (this.#chunk?.leaderEpoch(this.#cursor - 1) ?? -1);
    const metadata = encodeOffsetMetadata({ partitionTime, processorMetadata });
    return { topic, partition, offset: position, leaderEpoch, metadata };
  }

  /** The present position was handed to a commit. */
  markCommitted(): void {
    if (this.#moved || this.#committedTo >= 0) this.#committedTo = this.position;
  }

  #clearHead(): void {
    this.#head = undefined;
    this.#failure = undefined;
    this.#pending = undefined;
    this.headTimestamp = -1;
  }

  /** Where the bytes of the record taken last are: they stay readable as long as this is kept. */
  get takenPlace(): { readonly columns: RecordColumns; readonly index: number } | undefined {
    return this.#takenChunk === undefined ? undefined : { columns: this.#takenChunk, index: this.#takenIndex };
  }

  /** The record taken last, as it was read. */
  takenBytes(): { readonly key: Buffer | null; readonly value: Buffer | null } {
    return this.#takenChunk === undefined ? { key: null, value: null } : rawRecord(this.#takenChunk, this.#takenIndex);
  }

  /** The headers of the record taken last, as they were sent. */
  takenHeaders(): Headers {
    return this.#takenChunk?.headers(this.#takenIndex) ?? NO_HEADERS;
  }

  /** Reads on to the next record that is not dropped. */
  #readHead(): void {
    for (let chunk = this.#currentChunk(); chunk !== undefined; chunk = this.#currentChunk()) {
      const index = this.#cursor++;
      this.#headOffset = chunk.offset(index);
      try {
        this.#head = this.source.read(chunk, index, this.topic, this.partition, this.partitionTime);
      } catch (error) {
        if (error instanceof SchemaPendingError) this.#wait(error);
        else this.#failure = { error };
        return;
      }
      if (this.#head !== undefined) {
        this.headTimestamp = this.#head.timestamp;
        return;
      }
      this.bufferedRecords--;
      this.#moved = true;
    }
  }

  #wait(pending: SchemaPendingError): void {
    this.#pending = pending;
    this.#arrived = false;
    void pending.arrived.then(() => {
      if (this.#pending !== pending) return;
      this.#arrived = true;
      this.#wake?.();
    });
  }

  /** The chunk that the cursor is in, after dropping one that is used up. */
  #currentChunk(): RecordColumns | undefined {
    const chunk = this.#chunk;
    if (chunk !== undefined) {
      if (this.#cursor < chunk.length) return chunk;
      this.bufferedBytes -= chunk.byteLength;
      this.#leaderEpoch = chunk.leaderEpoch(chunk.length - 1);
    }
    this.#chunk = this.#chunks.shift();
    this.#cursor = 0;
    return this.#chunk;
  }
}
