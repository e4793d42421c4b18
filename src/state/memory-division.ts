/** How a task's memory is shared out. All in bytes. */
export interface MemoryDivision {
  /** LevelDB's write buffer; two of them may be alive. */
  readonly writeBufferSize: number;
  /** LevelDB's cache of blocks. */
  readonly cacheSize: number;
  /** Rows kept in memory over the database. */
  readonly rowCacheBytes: number;
}

/** Below these a database spends its time in compactions, or reads each block again. */
const MIN_WRITE_BUFFER = 256 * 1024;
const MIN_BLOCK_CACHE = 128 * 1024;

/** What `memoryBytes` is when nobody says: 16 MiB. */
export const DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024;

/** Divides a task's share of STATE_MEMORY: half to the write buffers, a quarter each to blocks and to rows. */
export function divideMemory(memoryBytes: number): MemoryDivision {
  return {
    writeBufferSize: Math.max(MIN_WRITE_BUFFER, Math.trunc(memoryBytes / 4)),
    cacheSize: Math.max(MIN_BLOCK_CACHE, Math.trunc(memoryBytes / 4)),
    rowCacheBytes: Math.trunc(memoryBytes / 4),
  };
}
