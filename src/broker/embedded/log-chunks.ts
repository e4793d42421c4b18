/** A chunk is closed when it holds this much. */
const CHUNK_BYTES = 262_144;

/** A stretch of a log: what retention drops as a whole, and where a search by time begins. */
export interface LogChunk {
  readonly baseOffset: number;
  byteLength: number;
  /** -1 when no record has one. */
  maxTimestamp: number;
}

/** The chunks of one log in offset order; a sparse index, one entry per 256 KiB (Kafka's segments and time index). */
export class LogChunks {
  #chunks: LogChunk[] = [];

  /** Oldest first; the last one still grows. */
  get all(): readonly LogChunk[] {
    return this.#chunks;
  }

  get byteLength(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /** Takes note of an appended batch; gives the chunk that it closed, if it did. */
  appended(baseOffset: number, byteLength: number, maxTimestamp: number): LogChunk | undefined {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.byteLength < CHUNK_BYTES) {
      last.byteLength += byteLength;
      last.maxTimestamp = Math.max(last.maxTimestamp, maxTimestamp);
      return undefined;
    }
    this.#chunks.push({ baseOffset, byteLength, maxTimestamp });
    return last;
  }

  /** Takes a closed chunk back from storage; in offset order. */
  restore(chunk: LogChunk): void {
    this.#chunks.push(chunk);
  }

  /** Takes note that the batch at an offset became smaller. */
  shrunk(offset: number, bytes: number): void {
    const chunk = this.#chunks.findLast(({ baseOffset }) => baseOffset <= offset);
    if (chunk !== undefined) chunk.byteLength = Math.max(0, chunk.byteLength - bytes);
  }

  /** Forgets the chunks that end at or below an offset, and gives them. */
  truncateBefore(offset: number): LogChunk[] {
    let gone = 0;
    while (gone + 1 < this.#chunks.length && (this.#chunks[gone + 1]?.baseOffset ?? 0) <= offset) gone++;
    return this.#chunks.splice(0, gone);
  }

  /** Where to begin looking for the first record at or after a time; undefined when every record is older. */
  searchFrom(timestamp: number): number | undefined {
    return this.#chunks.find((chunk) => chunk.maxTimestamp >= timestamp)?.baseOffset;
  }
}
