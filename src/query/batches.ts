/** Rows per message of a stream: large enough that framing is cheap, small enough that a slow client holds little. */
const ROWS_PER_BATCH = 200;

/** Groups rows, in order. */
export async function* batches<T>(rows: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The first `limit` rows; 0: all. */
export async function* limited<T>(rows: AsyncIterable<T> | Iterable<T>, limit: number): AsyncGenerator<T> {
  let taken = 0;
  for await (const row of rows) {
    yield row;
    taken++;
    if (taken === limit) return;
  }
}
