import type { Logger } from '../../observability/log.js';
import type { Sink, SinkBatch, SinkContext, SinkWriter } from '../../topology/sink.js';
import { SinkRecordsRejectedError } from '../../topology/sink.js';
import type { Clock } from '../../util/time.js';

/** How the last call at the destination has ended. */
export type SinkOutcome =
  /** A writer is open; records are read from `offset` on. */
  | { readonly kind: 'opened'; readonly offset: number }
  /** Everything before `position` is durable. */
  | { readonly kind: 'written'; readonly position: number; readonly elapsedMs: number }
  /** Nothing counts; the writer is still open. */
  | { readonly kind: 'rejected'; readonly error: SinkRecordsRejectedError }
  /** Nothing is known of the last call; there is no writer any more. */
  | { readonly kind: 'failed'; readonly error: unknown };

export interface SinkLinkOptions {
  readonly sink: Sink;
  readonly context: Omit<SinkContext, 'topicId'>;
  /** The id of the topic as it is now. */
  readonly topicId: () => Promise<string>;
  /** Where to read from, given what the writer says. */
  readonly startOf: (position: number | undefined) => Promise<number>;
  readonly clock: Clock;
  readonly log: Logger;
  /** An outcome is there to be taken. */
  readonly wake: () => void;
}

/** How long a writer may take to finish when its partition is given up. */
const FINISH_MS = 5_000;

/**
 * The connection of one task to its destination: at most one writer, and one call at a time, which goes on beside the stream
 * loop. Its outcome waits here until the loop takes it.
 */
export class SinkLink {
  #writer: SinkWriter | undefined;
  #outcome: SinkOutcome | undefined;
  #call: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(private readonly options: SinkLinkOptions) {}

  get connected(): boolean {
    return this.#writer !== undefined;
  }

  /** Connected, and no call is under way whose outcome has not been taken. */
  get ready(): boolean {
    return this.connected && this.#call === undefined;
  }

  takeOutcome(): SinkOutcome | undefined {
    const outcome = this.#outcome;
    if (outcome === undefined) return undefined;
    this.#outcome = undefined;
    this.#call = undefined;
    return outcome;
  }

  /** Closes the writer, if there is one, and opens another after the delay. The outcome is `opened` or `failed`. */
  connect(delayMs: number): void {
    this.#start(async () => {
      await this.#disconnect();
      if (delayMs > 0) await this.options.clock.sleep(delayMs, this.#closed.signal);
      this.#closed.signal.throwIfAborted();
      const topicId = await this.options.topicId();
      const writer = await this.options.sink.open({ ...this.options.context, topicId });
      try {
        const offset = await this.options.startOf(writer.position);
        this.#closed.signal.throwIfAborted();
        this.#writer = writer;
        return { kind: 'opened', offset };
      } finally {
        if (this.#writer !== writer) await writer.close();
      }
    });
  }

  /** The outcome is `written`, `rejected` or `failed`. */
  write(batch: SinkBatch): void {
    this.#start(() => this.#timed((writer) => writer.write(batch)));
  }

  /** The outcome is `written` or `failed`. */
  flush(): void {
    this.#start(() => this.#timed((writer) => writer.flush()));
  }

  /**
   * Ends the call under way, writes what is left, if the destination is there, and lets go. What does not succeed within some
   * seconds is written by the next owner of the partition.
   */
  async close(last: SinkBatch | undefined): Promise<void> {
    this.#closed.abort();
    await this.#inTime(this.#finish(last));
    await this.#inTime(this.#disconnect());
  }

  async #inTime(work: Promise<void>): Promise<void> {
    const ended = new AbortController();
    const ending = work.finally(() => {
      ended.abort();
    });
    await Promise.race([ending, this.options.clock.sleep(FINISH_MS, ended.signal)]);
  }

  async #finish(last: SinkBatch | undefined): Promise<void> {
    await this.#call;
    const writer = this.#writer;
    if (writer === undefined || (this.#outcome !== undefined && this.#outcome.kind !== 'written')) return;
    try {
      if (last !== undefined) await writer.write(last);
      await writer.flush();
    } catch (error) {
      this.options.log.info({ err: error }, 'a sink did not take the last records: they are written again');
    }
  }

  #start(call: () => Promise<SinkOutcome>): void {
    this.#call = call()
      .catch(async (error: unknown): Promise<SinkOutcome> => {
        if (error instanceof SinkRecordsRejectedError) return { kind: 'rejected', error };
        await this.#disconnect();
        return { kind: 'failed', error };
      })
      .then((outcome) => {
        this.#outcome = outcome;
        this.options.wake();
      });
  }

  async #timed(call: (writer: SinkWriter) => Promise<number>): Promise<SinkOutcome> {
    const { clock } = this.options;
    const startMs = clock.monotonicMs();
    const writer = this.#writer;
    if (writer === undefined) return { kind: 'failed', error: undefined };
    return { kind: 'written', position: await call(writer), elapsedMs: clock.monotonicMs() - startMs };
  }

  async #disconnect(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    try {
      await writer?.close();
    } catch (error) {
      this.options.log.debug({ err: error }, 'closing a sink failed');
    }
  }
}
