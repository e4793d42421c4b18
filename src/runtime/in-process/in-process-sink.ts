import type { FetchedRecords } from '../../broker/client/client.js';
import { MillraceError } from '../../util/errors.js';
import { changedClock } from '../../util/time.js';
import { SinkTask } from '../sink/sink-task.js';
import type { SinkTaskOptions } from '../sink/sink-task-options.js';
import type { Headers } from '../../util/headers.js';
import type { PartitionReader } from './in-process-topics.js';
import { RecordInput } from './record-input.js';

/** Bytes of records that wait for the destination, above which the rest of the topology waits too. */
const MOST_WAITING_BYTES = 4 << 20;
/** Bytes of records kept to be written again, should the destination fail; beyond that it must not. */
const MOST_KEPT_BYTES = 16 << 20;
/** So much later everything that a sink gathers is due. */
const LATER_MS = 365 * 86_400_000;

type GivenOptions = Omit<SinkTaskOptions, 'startOf' | 'seek' | 'rejoin' | 'wake' | 'committed'>;

/**
 * The task of a sink without a broker. Where the destination has a position, what is before it is passed over: it was written by
 * a run before this one. What may have to be written again is kept, within a bound.
 */
export class InProcessSink implements PartitionReader {
  readonly #task: SinkTask;
  readonly #input: RecordInput;
  /** How far the clock by which batches are due is put ahead. */
  #aheadMs = 0;
  #kept: FetchedRecords[] = [];
  #keptBytes = 0;
  #end = 0;
  /** Where the destination was when it was opened last: what is before is not given to it. */
  #from = 0;
  #wake: () => void = () => undefined;

  constructor(private readonly options: GivenOptions) {
    const { clock, input } = options;
    this.#input = new RecordInput(input, (fetched) => {
      this.#addRecords(fetched);
    });
    this.#task = new SinkTask({
      ...options,
      clock: changedClock(clock, { monotonicMs: () => clock.monotonicMs() + this.#aheadMs }),
      committed: undefined,
      startOf: (position) => Promise.resolve(position ?? 0),
      seek: (offset) => {
        this.#readAgain(offset);
      },
      rejoin: () => undefined,
      wake: () => {
        this.#wake();
      },
    });
    this.#task.initialize();
  }

  /** Takes a record; it is written by {@link work}. */
  put(key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers): void {
    this.#input.put(key, value, timestamp, headers);
  }

  /** Lets the sink write, and waits while too much waits for it. */
  async work(): Promise<void> {
    this.#input.deliver();
    this.#turn();
    while (this.#waitingBytes > MOST_WAITING_BYTES) await this.#untilWoken();
  }

  /** Resolves when everything is durable at the destination. */
  async finish(): Promise<void> {
    this.#turn();
    while (!this.#done) {
      if (this.#waitingBytes === 0) this.#aheadMs += LATER_MS;
      await this.#untilWoken();
    }
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  #addRecords(fetched: FetchedRecords): void {
    this.#end = fetched.nextOffset;
    if (this.#end <= this.#from) return;
    this.#kept.push(fetched);
    this.#keptBytes += fetched.records.byteLength;
    this.#task.addRecords(from(fetched, this.#from));
  }

  get #waitingBytes(): number {
    return this.#task.inputs.reduce((sum, input) => sum + input.bufferedBytes, 0);
  }

  get #done(): boolean {
    return this.#end === 0 || (this.#durable >= this.#end && !this.#task.commitRequested);
  }

  get #durable(): number {
    return this.#task.consumedOffsets()[0]?.offset ?? 0;
  }

  #turn(): void {
    while (this.#task.process(1_000) === 'more') continue;
    if (this.#task.commitRequested) this.#task.prepareCommit(); // dead letters go to a topic that needs no commit
    this.#forget();
  }

  #forget(): void {
    for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
      if (first.nextOffset > this.#durable && this.#keptBytes <= MOST_KEPT_BYTES) return;
      this.#kept.shift();
      this.#keptBytes -= first.records.byteLength;
    }
  }

  /** The task has dropped what it had, and reads on from an offset. */
  #readAgain(offset: number): void {
    this.#from = offset;
    const first = this.#kept[0]?.records.offset(0) ?? this.#end;
    if (offset < first) throw this.#lost(offset);
    for (const fetched of this.#kept) {
      if (fetched.nextOffset > offset) this.#task.addRecords(from(fetched, offset));
    }
  }

  async #untilWoken(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => {
      woken.abort();
    };
    await this.options.clock.sleep(10, woken.signal);
    this.#turn();
  }

  #lost(offset: number): MillraceError {
    const { connector, input } = this.options;
    return new MillraceError({
      code: 'SINK_POSITION_LOST',
      kind: 'unavailable',
      message: `sink "${connector.name}" has failed, and is to be written from offset ${offset} of "${input.topic}-${input.partition}", which is not kept`,
      hint: 'Begin again: a sink that keeps its position goes on there.',
      context: { node: connector.name, topic: input.topic, partition: input.partition },
    });
  }
}

/** The records of a chunk from an offset on. */
function from(fetched: FetchedRecords, offset: number): FetchedRecords {
  const { records } = fetched;
  const skipped = Math.max(0, offset - records.offset(0));
  if (skipped === 0) return fetched;
  return {
    ...fetched,
    records: {
      length: records.length - skipped,
      byteLength: records.byteLength,
      offset: (index) => records.offset(index + skipped),
      timestamp: (index) => records.timestamp(index + skipped),
      leaderEpoch: (index) => records.leaderEpoch(index + skipped),
      buffer: (index) => records.buffer(index + skipped),
      keyStart: (index) => records.keyStart(index + skipped),
      keyEnd: (index) => records.keyEnd(index + skipped),
      valueStart: (index) => records.valueStart(index + skipped),
      valueEnd: (index) => records.valueEnd(index + skipped),
      headers: (index) => records.headers(index + skipped),
    },
  };
}
