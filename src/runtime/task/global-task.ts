import type { FetchedRecords } from '../../broker/client/client.js';
import { partitionKey } from '../../broker/client/client.js';
import type { Logger } from '../../observability/log.js';
import type { TaskState } from '../../state/task-state.js';
import type { GlobalStore } from '../../topology/node.js';
import { SchemaPendingError } from '../../serde/registry/schema-registry-error.js';
import type { Record } from '../../topology/processor.js';
import { TopologyError } from '../../topology/topology-error.js';
import type { Clock } from '../../util/time.js';
import { AsyncCalls } from './async-calls.js';
import { CommittedMetadata } from './committed-metadata.js';
import { DeadLetters, RejectedRecord } from './dead-letter.js';
import type { ErrorPolicies } from './error-policy.js';
import type { RecordCollector } from './record-collector.js';
import type { TaskContext } from './task-context.js';
import { TaskProcessor } from './task-processor.js';
import { TaskSource } from './task-source.js';

export interface GlobalTaskOptions {
  readonly applicationId: string;
  readonly globalStore: GlobalStore;
  /** Holds the one store; opened with `context`. */
  readonly state: TaskState;
  readonly context: TaskContext;
  readonly errorPolicies?: ErrorPolicies;
  /** Aborted when a schema that is being fetched is waited for no longer. */
  readonly giveUp?: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps one global store up to date with the whole of its topic, on every instance, without a group. Its processor may
 * only use the store: it has nothing to forward to, and punctuators are refused.
 */
export class GlobalTask {
  readonly state: TaskState;
  readonly #context: TaskContext;
  readonly #calls: AsyncCalls;
  readonly #source: TaskSource;
  readonly #processor: TaskProcessor;
  readonly #giveUp: AbortSignal | undefined;
  readonly #positions = new Map<string, number>();
  readonly #partitionTimes = new Map<string, number>();
  #streamTimeMs = -1;

  constructor(options: GlobalTaskOptions) {
    const { applicationId, clock, context, globalStore, log, state } = options;
    this.state = state;
    this.#giveUp = options.giveUp;
    this.#context = context;
    this.#calls = new AsyncCalls(context.record);
    const scope = {
      id: context.taskId,
      applicationId,
      context,
      calls: this.#calls,
      state,
      caching: false,
      globalStores: state.stores,
      collector: NO_OUTPUT,
      errorPolicies: options.errorPolicies ?? {},
      deadLetters: new DeadLetters(NO_OUTPUT, 0, NOT_COUNTED),
      metadata: new CommittedMetadata(),
      emitIntervalMs: 0, // there is nobody to emit to
      repartitionTopics: new Set<string>(),
      clock,
      log,
      streamTimeMs: () => this.#streamTimeMs,
      requestCommit: () => undefined,
      newTick: () => undefined,
      mailboxOf: () => {
        throw new TopologyError('MAILBOX_IN_GLOBAL_STORE', `global store "${globalStore.store.name}" waits for calls`, {
          hint: 'Only processors of tasks work beside the record path.',
        });
      },
      schedule: () => {
        throw new TopologyError('PUNCTUATION_IN_GLOBAL_STORE', `global store "${globalStore.store.name}" punctuates`, {
          hint: 'Only processors of tasks have punctuators.',
        });
      },
    };
    this.#source = new TaskSource(scope, globalStore.source);
    this.#processor = new TaskProcessor(scope, globalStore.processor);
    this.#source.connect([this.#processor]);
  }

  /** Next offset by `topic-partition`, of the partitions that were read. */
  get positions(): ReadonlyMap<string, number> {
    return this.#positions;
  }

  initialize(): void {
    this.#context.scope = 'none';
    this.#processor.initialize();
  }

  /**
   * Takes what was fetched of one partition into the store; persist it with `state.freeze` and `state.apply`.
   * @throws ProcessingFailedError when a record could not be read or processed and its policy says `fail`
   * @throws SchemaPendingError when it is given up while a record's schema is fetched
   */
  async update(fetched: FetchedRecords): Promise<void> {
    const { records } = fetched;
    for (let index = 0; index < records.length; index++) {
      const record = this.#tryRead(fetched, index);
      this.#take(
        fetched,
        index,
        record instanceof SchemaPendingError ? await this.#awaited(fetched, index, record) : record,
      );
      if (this.#calls.active) await this.#calls.settled();
    }
    this.#positions.set(partitionKey(fetched), fetched.nextOffset);
  }

  close(): void {
    this.#calls.clear();
    try {
      this.#processor.close();
    } finally {
      this.#context.metrics.remove();
    }
  }

  #tryRead(
    { topic, partition, records }: FetchedRecords,
    index: number,
  ): Record<unknown, unknown> | undefined | SchemaPendingError {
    const partitionTime = this.#partitionTimes.get(partitionKey({ topic, partition })) ?? -1;
    try {
      return this.#source.read(records, index, topic, partition, partitionTime);
    } catch (error) {
      if (error instanceof SchemaPendingError) return error;
      throw error;
    }
  }

  /** Reads a record once its schema has come. */
  async #awaited(
    fetched: FetchedRecords,
    index: number,
    pending: SchemaPendingError,
  ): Promise<Record<unknown, unknown> | undefined> {
    await orAborted(pending.arrived, this.#giveUp);
    if (this.#giveUp?.aborted) throw pending;
    const record = this.#tryRead(fetched, index);
    return record instanceof SchemaPendingError ? this.#awaited(fetched, index, record) : record;
  }

  #take(
    { topic, partition, records }: FetchedRecords,
    index: number,
    record: Record<unknown, unknown> | undefined,
  ): void {
    if (record === undefined || record instanceof RejectedRecord) return;
    const key = partitionKey({ topic, partition });
    const partitionTime = this.#partitionTimes.get(key) ?? -1;
    const { headers, timestamp } = record;
    this.#partitionTimes.set(key, Math.max(partitionTime, timestamp));
    this.#streamTimeMs = Math.max(this.#streamTimeMs, timestamp);
    this.#context.setStreamTime(this.#streamTimeMs);
    this.#context.enterRecord(topic, partition, records.offset(index), timestamp, headers);
    this.#source.receive(record);
    this.#context.metrics.processed.value++;
  }
}

/** Resolves with the promise, or when the signal is aborted. */
function orAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => {
      resolve();
    });
    void promise.then(resolve);
  });
}

/** A global store writes no dead letters. */
const NOT_COUNTED = { deadLetter: (): void => undefined };

/** A global store's processor has no children and no changelog, so nothing reaches it. */
const NO_OUTPUT: RecordCollector = {
  partitions: () => undefined,
  send: () => undefined,
  sendWhenKnown: () => undefined,
  full: false,
  drain: () => Promise.resolve(),
};
