import type { Logger } from '../../observability/log.js';
import type { StateStore } from '../../state/store.js';
import type { TaskState } from '../../state/task-state.js';
import type { Cancellable, ProcessorMetadata, PunctuationType, Punctuator } from '../../topology/processor.js';
import type { Mailbox } from '../../topology/mailbox.js';
import type { Tick } from '../../topology/tick.js';
import type { Clock } from '../../util/time.js';
import type { AsyncCalls } from './async-calls.js';
import type { DeadLetters } from './dead-letter.js';
import type { ErrorPolicies } from './error-policy.js';
import type { RecordCollector } from './record-collector.js';
import type { TaskContext } from './task-context.js';
import type { TaskNode } from './task-node.js';

/** What a source needs of its task. */
export type SourceScope = Pick<TaskScope, 'id' | 'context' | 'calls' | 'errorPolicies' | 'log'>;

/** What all nodes of one task share. */
export interface TaskScope {
  readonly id: string;
  readonly applicationId: string;
  readonly context: TaskContext;
  readonly calls: AsyncCalls;
  readonly state: TaskState;
  /** Whether stores that ask for a record cache have one. */
  readonly caching: boolean;
  readonly globalStores: ReadonlyMap<string, StateStore>;
  readonly collector: RecordCollector;
  readonly errorPolicies: ErrorPolicies;
  readonly deadLetters: DeadLetters;
  readonly metadata: ProcessorMetadata;
  readonly emitIntervalMs: number;
  /** Names of repartition topics, which get the application id as prefix on the broker. */
  readonly repartitionTopics: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Logger;
  streamTimeMs(): number;
  requestCommit(): void;
  newTick(streamTimeMs: number): Tick | undefined;
  mailboxOf(node: TaskNode): Mailbox;
  schedule(node: TaskNode, intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable;
}
