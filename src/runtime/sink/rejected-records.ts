import type { SinkRecordsRejectedError, SinkRecord } from '../../topology/sink.js';
import { messageOf, MillraceError } from '../../util/errors.js';
import { DeadLetters, rawRecord, type RejectedRecord } from '../task/dead-letter.js';
import { placed, respond, type RecordFailure } from '../task/error-policy.js';
import { ProcessingFailedError } from '../task/processing-failed-error.js';
import type { NodeDrops } from '../task/task-metrics.js';
import type { PlacedBatch, RecordPlace } from './sink-batcher.js';
import type { SinkTaskOptions } from './sink-task-options.js';

/**
 * What a sink does not write, and where it goes instead. A dead letter is written in the application's transaction, the
 * position at the destination: so nothing more is written there until that transaction is committed. A crash between the two
 * doubles the dead letter, and loses none.
 */
export class RejectedRecords {
  readonly #deadLetters: DeadLetters;
  readonly #drops: NodeDrops;
  /** `written`: dead letters are in the open transaction; `prepared`: its commit has begun. */
  #phase: 'none' | 'written' | 'prepared' = 'none';

  constructor(private readonly options: SinkTaskOptions) {
    const { collector, connector, context, input } = options;
    this.#deadLetters = new DeadLetters(collector, input.partition, context.metrics);
    this.#drops = context.metrics.drops(connector.name);
  }

  /** The sink may not go on before a commit. */
  get waiting(): boolean {
    return this.#phase !== 'none';
  }

  /** There is something for the next commit. */
  get uncommitted(): boolean {
    return this.#phase === 'written';
  }

  /** A commit begins. */
  prepare(): void {
    if (this.#phase === 'written') this.#phase = 'prepared';
  }

  /** To be called when the task has its next turn: the commit that had begun is through, or the task would have been reset. */
  confirm(): void {
    if (this.#phase === 'prepared') this.#phase = 'none';
  }

  /** Forgets the dead letters that are not committed; gives whether there were any. */
  drop(): boolean {
    const { waiting } = this;
    this.#phase = 'none';
    return waiting;
  }

  /** A record that could not be read goes to the dead-letter topic that its policy names. */
  writeUnreadable({ deadLetterTopic, failure, timestamp }: RejectedRecord): void {
    this.#deadLetters.write(deadLetterTopic, failure, timestamp);
    this.#phase = 'written';
  }

  /**
   * Routes the rejected records of a batch by the production policy, and gives the batch without them; undefined when it is to
   * be tried again as it is.
   * @throws ProcessingFailedError `PRODUCTION_FAILED` where the policy says `fail`
   */
  without(batch: PlacedBatch, { rejected }: SinkRecordsRejectedError): PlacedBatch | undefined {
    const gone = new Set<number>();
    for (const { index, reason } of rejected) {
      const record = batch.records[index];
      const place = batch.places[index];
      if (record === undefined || place === undefined) continue;
      if (!this.#route(record, place, reason)) return undefined;
      gone.add(index);
    }
    const kept = <T>(items: readonly T[]): readonly T[] => items.filter((_, index) => !gone.has(index));
    return { ...batch, records: kept(batch.records), places: kept(batch.places) };
  }

  /** Gives false when the record is to be tried again. */
  #route(record: SinkRecord, { columns, index }: RecordPlace, error: unknown): boolean {
    const { id: taskId, connector, input, context, errorPolicies, log } = this.options;
    const { timestamp, headers, offset } = record;
    const failed = { ...input, offset, timestamp, headers, ...rawRecord(columns, index) };
    const failure: RecordFailure = { error, taskId, node: connector.name, input: failed };
    const response = respond(errorPolicies?.production, failure);
    if (response === 'retry') return false;
    const where = { task: taskId, node: connector.name, ...placed(failed) };
    context.metrics.productionError(connector.name, input.topic);
    if (response === 'fail') {
      const hint =
        'Mend the record; or let the production policy skip such records, or write them to a dead-letter topic.';
      throw new ProcessingFailedError('PRODUCTION_FAILED', `sink "${connector.name}" failed`, error, where, hint);
    }
    this.#drops.count('production');
    const code = error instanceof MillraceError ? error.code : undefined;
    log.warn({ ...where, code }, 'a record was skipped because the destination does not take it');
    log.debug({ ...where, err: messageOf(error) }, 'why the record was skipped');
    if (response === 'skip') return true;
    this.#deadLetters.write(response.deadLetter, failure, timestamp);
    this.#phase = 'written';
    return true;
  }
}
