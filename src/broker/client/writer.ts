import { invalid, type MillraceError } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import type { GroupMetadata, Writer, WriterOptions } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { FencedError, TransactionTimedOutError, UnknownOutcomeError } from './errors.js';
import { isAnsweredAsEnded, transactionError } from './produce-errors.js';
import { ProducePipeline } from './produce-pipeline.js';
import { ProducerSession } from './producer-session.js';
import type { OffsetToCommit } from './protocol.js';
import { RecordAccumulator } from './record-accumulator.js';
import { isInvalidState, TransactionRequests } from './transaction-requests.js';
import { WriterStatus } from './writer-state.js';

/** Fills {@link Writer}: idempotent, and transactional when it has a transactional id. */
export class RecordWriter implements Writer {
  private readonly status = new WriterStatus();
  private readonly session: ProducerSession;
  private readonly records: RecordAccumulator;
  private readonly pipeline: ProducePipeline;
  private readonly transaction: TransactionRequests | undefined;
  private readonly bufferBytes: number;
  private readonly transactionTimeoutMs: number;
  private readonly offsetsUnderWay = new Set<Promise<void>>();
  private failure: MillraceError | undefined;
  private offsetsSent = false;
  /** When the open transaction got its first record; the broker counts from a little later. */
  private sentFirstMs: number | undefined;

  constructor(
    private readonly context: ClientContext,
    view: ClusterView,
    options: WriterOptions,
  ) {
    const { transactionalId, transactionTimeoutMs = 10_000, bufferBytes = 32 * 1024 * 1024 } = options;
    this.bufferBytes = bufferBytes;
    this.transactionTimeoutMs = transactionTimeoutMs;
    this.session = new ProducerSession(context, view, transactionalId ?? null, transactionTimeoutMs);
    this.records = new RecordAccumulator(context, view, this.session, options);
    const transaction =
      transactionalId === undefined ? undefined : new TransactionRequests(view, this.session, transactionalId);
    this.transaction = transaction;
    this.pipeline = new ProducePipeline(context, view, this.session, this.records, {
      admit: async (partitions) => transaction?.addPartitions(partitions),
      failed: (error) => {
        this.fail(error);
      },
    });
  }

  async init(): Promise<void> {
    this.status.expect('init()', 'created', 'ready', 'in transaction', 'to be aborted', 'unknown outcome', 'fenced');
    this.pipeline.halt();
    await this.pipeline.idle();
    try {
      await this.session.open();
    } catch (error) {
      throw this.transaction === undefined ? error : this.fenceIfFencing(error);
    }
    this.records.restart();
    this.pipeline.begin();
    this.failure = undefined;
    this.offsetsSent = false;
    this.sentFirstMs = undefined;
    this.status.moveTo('ready');
  }

  begin(): void {
    this.throwIfFenced();
    if (this.transaction === undefined) throw invalid('CLIENT_STATE', 'begin() needs a writer with a transactionalId');
    this.status.expect('begin()', 'ready');
    this.failure = undefined;
    this.offsetsSent = false;
    this.sentFirstMs = undefined;
    this.pipeline.begin();
    this.status.moveTo('in transaction');
  }

  get inTransaction(): boolean {
    return this.status.state === 'in transaction' || this.status.state === 'to be aborted';
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const { state } = this.status;
    // What failed surfaces at the next flush or commit; until then records of the lost transaction are dropped.
    if (state === 'to be aborted' || state === 'fenced' || state === 'unknown outcome') return;
    this.status.expect('send()', this.transaction === undefined ? 'ready' : 'in transaction');
    this.sentFirstMs ??= this.context.clock.monotonicMs();
    this.pipeline.send(topic, partition, key, value, timestamp, headers);
  }

  get full(): boolean {
    return this.records.bufferedBytes > this.bufferBytes;
  }

  async drain(): Promise<void> {
    if (this.full) await this.pipeline.below(this.bufferBytes);
    this.throwFailure();
  }

  async flush(): Promise<void> {
    await this.pipeline.idle();
    this.throwFailure();
  }

  acknowledgedOffset(topic: string, partition: number): number | undefined {
    return this.records.acknowledgedOffset(topic, partition);
  }

  async sendOffsets(group: GroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void> {
    this.throwFailure();
    this.status.expect('sendOffsets()', 'in transaction');
    if (offsets.length === 0) return;
    this.offsetsSent = true;
    const sending = this.sendOffsetsOf(group, offsets);
    this.offsetsUnderWay.add(sending);
    try {
      await sending;
    } finally {
      this.offsetsUnderWay.delete(sending);
    }
  }

  private async sendOffsetsOf(group: GroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void> {
    try {
      await this.transaction?.sendOffsets(group, offsets);
    } catch (error) {
      this.fail(transactionError(error));
      throw this.failure ?? error;
    }
  }

  async commit(): Promise<void> {
    this.throwFailure();
    this.status.expect('commit()', 'in transaction');
    await Promise.allSettled([this.pipeline.idle(), ...this.offsetsUnderWay]);
    this.throwFailure();
    await this.end(true);
  }

  async abort(): Promise<void> {
    this.throwIfFenced();
    this.status.expect('abort()', 'in transaction', 'to be aborted');
    this.pipeline.halt();
    await Promise.allSettled([this.pipeline.idle(), ...this.offsetsUnderWay]);
    this.throwIfFenced();
    await this.end(false);
    this.failure = undefined;
  }

  /** Asks for the end if the coordinator can know of the transaction; then makes the session fit for the next. */
  private async end(committed: boolean): Promise<void> {
    try {
      const renewed = (this.pipeline.touched || this.offsetsSent) && (await this.askEnd(committed));
      if (!renewed && this.records.sequenceBroken) await this.session.bumpEpoch();
      if (renewed || this.records.sequenceBroken) this.records.restart();
    } catch (error) {
      throw this.ended(error);
    }
    this.status.moveTo('ready');
  }

  private async askEnd(committed: boolean): Promise<boolean> {
    try {
      return (await this.transaction?.end(committed)) ?? false;
    } catch (error) {
      // Nothing had reached the coordinator: a new session is as good as an abort.
      if (committed || !isInvalidState(error)) throw error;
      await this.session.open();
      return true;
    }
  }

  private ended(cause: unknown): MillraceError {
    const error = cause instanceof UnknownOutcomeError ? cause : this.transactionError(cause);
    this.failure = error;
    if (error instanceof FencedError) this.status.moveTo('fenced');
    else this.status.moveTo(error instanceof UnknownOutcomeError ? 'unknown outcome' : 'to be aborted');
    this.pipeline.halt();
    return error;
  }

  async close(): Promise<void> {
    if (this.status.state === 'closed') return;
    this.status.moveTo('closed');
    this.pipeline.halt();
    await this.pipeline.idle();
  }

  /** A batch or an offset was refused. */
  private fail(cause: MillraceError): void {
    if (this.transaction === undefined) {
      this.failure ??= cause;
      return;
    }
    const error = this.transactionError(cause);
    if (error instanceof FencedError) this.fence(error);
    else if (this.inTransaction) {
      this.failure ??= error;
      this.status.moveTo('to be aborted');
    }
    this.pipeline.halt();
  }

  /** A broker answers a writer whose transaction it timed out as one whose place was taken: only its age tells which. */
  private transactionError(cause: unknown): MillraceError {
    const error = transactionError(cause);
    const { sentFirstMs, transactionTimeoutMs, context } = this;
    if (sentFirstMs === undefined || !isAnsweredAsEnded(error)) return error;
    const openMs = context.clock.monotonicMs() - sentFirstMs;
    return openMs < transactionTimeoutMs ? error : new TransactionTimedOutError(openMs, transactionTimeoutMs, error);
  }

  private fence(error: FencedError): void {
    if (this.status.state === 'closed' || this.status.state === 'fenced') return;
    this.failure = error;
    this.status.moveTo('fenced');
    this.context.log.warn({ err: error, transactionalId: this.session.transactionalId }, 'writer fenced');
  }

  private fenceIfFencing(cause: unknown): unknown {
    const error = transactionError(cause);
    if (!(error instanceof FencedError)) return cause;
    return error;
  }

  private throwIfFenced(): void {
    if (this.failure instanceof FencedError) throw this.failure;
  }

  /** Throws what went wrong; an idempotent writer says it once, a transactional one until it was aborted. */
  private throwFailure(): void {
    const { failure } = this;
    if (failure === undefined) return;
    if (this.transaction === undefined) this.failure = undefined;
    throw failure;
  }
}
