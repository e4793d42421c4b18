import type { SourceBatch, SourceReader } from '../../topology/record-source.js';
import { MillraceError } from '../../util/errors.js';
import type { BackfillInput } from './backfill-input.js';
import { ExternalSorter } from './external-sorter.js';
import type { StoredRecord } from '../../runtime/in-process/stored-record.js';

/** A source that is being read. */
interface Reading {
  readonly input: BackfillInput;
  readonly reader: SourceReader;
  readonly batches: AsyncIterator<SourceBatch>;
  watermark: number;
  done: number;
}

/** An opened input. */
export interface OpenInput {
  readonly input: BackfillInput;
  readonly reader: SourceReader;
}

/**
 * The records of all inputs as one stream in the order of their times; at one time in the order of topics, and of places in their
 * sources.
 *
 * Whatever source is furthest behind is read on, and what none can go back before is let go. The rest is held: in memory, and on
 * disk above a bound.
 */
export class MergedInputs {
  readonly #sorter: ExternalSorter;
  #readings: Reading[];
  readonly #sizes: readonly (number | undefined)[];
  /** Of sources that have ended. */
  #doneOfEnded = 0;
  #added = 0;
  #taken = 0;

  constructor(
    inputs: readonly OpenInput[],
    options: { readonly directory: string; readonly memoryBytes: number },
    private readonly untilMs: number,
  ) {
    this.#sorter = new ExternalSorter({ ...options, compare: inOrderOfTime });
    this.#sizes = inputs.map(({ reader }) => reader.size);
    this.#readings = inputs.map(({ input, reader }) => ({
      input,
      reader,
      batches: reader.read()[Symbol.asyncIterator](),
      watermark: -Infinity,
      done: 0,
    }));
  }

  /**
   * How far it is, from 0 to 1: half of the way a record was read, all of it when it was taken. Undefined when a source does not
   * know its size.
   */
  get progress(): number | undefined {
    let size = 0;
    for (const part of this.#sizes) {
      if (part === undefined) return undefined;
      size += part;
    }
    const read = this.#readings.reduce((sum, { done }) => sum + done, this.#doneOfEnded) / Math.max(1, size);
    return (read * (1 + this.#taken / Math.max(1, this.#added))) / 2;
  }

  /**
   * The records before `untilMs`, some thousand at a time.
   * @throws MillraceError `SOURCE_OUT_OF_ORDER`, and what sources throw
   */
  async *read(): AsyncGenerator<readonly StoredRecord[]> {
    let releasedMs = -Infinity;
    while (this.#readings.length > 0 && releasedMs < this.untilMs) {
      await this.#readOn();
      const watermark = Math.min(this.untilMs, ...this.#readings.map((reading) => reading.watermark));
      if (watermark <= releasedMs) continue;
      releasedMs = watermark;
      yield* this.#take(watermark);
    }
  }

  /** Deletes what is on disk. */
  close(): Promise<void> {
    return this.#sorter.close();
  }

  async *#take(beforeMs: number): AsyncGenerator<readonly StoredRecord[]> {
    for await (const batch of this.#sorter.take(({ timestamp }) => timestamp < beforeMs)) {
      this.#taken += batch.length;
      yield batch;
    }
  }

  /** Reads the source on that is furthest behind. */
  async #readOn(): Promise<void> {
    const furthest = Math.min(...this.#readings.map(({ watermark }) => watermark));
    const reading = this.#readings.find(({ watermark }) => watermark === furthest);
    if (reading === undefined) return;
    const next = await reading.batches.next();
    if (next.done) {
      this.#readings = this.#readings.filter((other) => other !== reading);
      this.#doneOfEnded += reading.reader.size ?? 0;
      return;
    }
    await this.#add(reading, next.value);
  }

  async #add(reading: Reading, { records, watermark = reading.watermark, done }: SourceBatch): Promise<void> {
    for (const record of records) {
      const stored = reading.input.toStored(record);
      if (stored.timestamp < reading.watermark) throw outOfOrder(reading, stored.timestamp);
      const full = this.#sorter.add(stored);
      if (full !== undefined) await full;
    }
    this.#added += records.length;
    reading.watermark = Math.max(reading.watermark, watermark);
    reading.done = done;
  }
}

function inOrderOfTime(left: StoredRecord, right: StoredRecord): number {
  return left.timestamp - right.timestamp || left.topic - right.topic || left.sequence - right.sequence;
}

function outOfOrder({ input, watermark }: Reading, timestamp: number): MillraceError {
  const { topic, source } = input.options;
  const [time, bound] = [timestamp, watermark].map((ms) => new Date(ms).toISOString());
  return new MillraceError({
    code: 'SOURCE_OUT_OF_ORDER',
    kind: 'data',
    message: `the source (${source.kind}) of topic "${topic}" gives a record of ${time ?? ''} after it said that none is before ${bound ?? ''}`,
    hint: 'Files: set `disorder` to how much earlier than the hour of its folder a record may be, or to `unbounded`. A query: order it by time, or leave out `ordered`.',
    context: { topic },
  });
}
