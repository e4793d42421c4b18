import { RecordRefusedError } from '../../broker/client/errors.js';
import type { Metrics } from '../../observability/metrics.js';
import type { ChangelogWriter, RecordContext, StoreContext } from '../../state/store.js';
import { changelogTopic, type SubTopology } from '../../topology/node.js';
import type { RecordBytes } from '../../topology/mailbox.js';
import type { DropReason } from '../../topology/processor.js';
import { NO_HEADERS, type Headers } from '../../util/headers.js';
import type { FailedInput } from './error-policy.js';
import { ProcessingFailedError } from './processing-failed-error.js';
import type { RecordCollector } from './record-collector.js';
import { TaskMetrics, type NodeDrops } from './task-metrics.js';
import type { TaskTracing } from './task-tracing.js';

export interface TaskContextOptions {
  readonly taskId: string;
  readonly applicationId: string;
  /** The partition that the task's changelogs are written to. */
  readonly partition: number;
  readonly subTopologies: readonly SubTopology[];
  readonly collector: RecordCollector;
  readonly metrics: Metrics;
}

/** The record being processed. One object per task, changed in place. */
export class CurrentRecord implements RecordContext {
  topic = '';
  partition = -1;
  offset = -1;
  timestamp = -1;
  headers: Headers = NO_HEADERS;
}

/** The input record being processed, as it was read. */
export interface InputBytes {
  takenBytes(): RecordBytes;
}

const NO_BYTES = { key: null, value: null };

/**
 * What a task's stores know of it: the current record, their changelogs, their metrics. Made before the task's state is
 * opened, and handed to the task with the state.
 */
export class TaskContext implements StoreContext {
  readonly taskId: string;
  /** The partition of the task's changelogs; its sinks begin with it for records without a key. */
  readonly partition: number;
  readonly metrics: TaskMetrics;
  /** Of the input record; a forward changes timestamp and headers for the nodes below. */
  readonly record = new CurrentRecord();
  /**
   * `none`: outside of any record (init). `punctuation`: there is a timestamp, but no topic (empty), partition or offset
   * (-1).
   */
  scope: 'none' | 'record' | 'punctuation' = 'none';
  /** Where the bytes of the input record are; undefined while what is processed did not just come from an input. */
  input: InputBytes | undefined;
  /** Undefined while nobody follows records. */
  tracing: TaskTracing | undefined;
  #streamTimeMs = -1;
  readonly #changelogs: ReadonlyMap<string, ChangelogWriter>;
  /** By store: what the node that writes to it drops. */
  readonly #drops: ReadonlyMap<string, NodeDrops>;

  constructor(options: TaskContextOptions) {
    this.taskId = options.taskId;
    this.partition = options.partition;
    this.metrics = new TaskMetrics(options.metrics, options.applicationId, options.taskId);
    this.#changelogs = changelogWriters(options, this.record);
    this.#drops = dropsByStore(options, this.metrics);
  }

  recordContext(): RecordContext | undefined {
    return this.scope === 'none' ? undefined : this.record;
  }

  streamTimeMs(): number {
    return this.#streamTimeMs;
  }

  /** The task's stream time has moved, or is back at that of the last commit. */
  setStreamTime(streamTimeMs: number): void {
    this.#streamTimeMs = streamTimeMs;
  }

  /** Undefined for a store without logging, and for one whose changelog is its source topic. */
  changelog(storeName: string): ChangelogWriter | undefined {
    return this.#changelogs.get(storeName);
  }

  onExpired(storeName: string): void {
    this.metrics.expired(storeName);
    this.dropped(this.#drops.get(storeName) ?? this.metrics.drops(''), 'expired'); // a global store has no node of a task
  }

  /** A node dropped the current record. */
  dropped(drops: NodeDrops, reason: DropReason): void {
    drops.count(reason);
    this.tracing?.drop(drops.node, reason);
  }

  /** The input record as it is told to an error policy; undefined outside of a record. */
  failedInput(): FailedInput | undefined {
    const { topic, partition, offset, timestamp, headers } = this.record;
    if (this.scope !== 'record') return undefined;
    const { key, value } = this.input?.takenBytes() ?? NO_BYTES;
    return { topic, partition, offset, timestamp, headers, key, value };
  }

  /** Enters a record. */
  enterRecord(topic: string, partition: number, offset: number, timestamp: number, headers: Headers): void {
    const record = this.record;
    record.topic = topic;
    record.partition = partition;
    record.offset = offset;
    record.timestamp = timestamp;
    record.headers = headers;
    this.scope = 'record';
  }

  /** Enters the record, or the punctuation, that made a change which leaves a record cache. */
  enterChange({ topic, partition, offset }: RecordContext, timestamp: number, headers: Headers): void {
    const { record } = this;
    if (record.topic !== topic || record.partition !== partition || record.offset !== offset) this.input = undefined;
    this.enterRecord(topic, partition, offset, timestamp, headers);
    if (topic === '') this.scope = 'punctuation';
  }

  /** Enters a punctuation. */
  enterPunctuation(timestamp: number): void {
    this.enterRecord('', -1, -1, timestamp, NO_HEADERS);
    this.scope = 'punctuation';
  }
}

/** A store is written by the first node that it is connected to. */
function dropsByStore({ subTopologies }: TaskContextOptions, metrics: TaskMetrics): Map<string, NodeDrops> {
  const drops = new Map<string, NodeDrops>();
  for (const node of subTopologies.flatMap(({ nodes }) => nodes)) {
    if (node.kind !== 'processor') continue;
    for (const store of node.stores) if (!drops.has(store)) drops.set(store, metrics.drops(node.name));
  }
  return drops;
}

function changelogWriters(options: TaskContextOptions, current: CurrentRecord): Map<string, ChangelogWriter> {
  const { collector, partition } = options;
  const writers = new Map<string, ChangelogWriter>();
  for (const { stores, sourceChangelogs } of options.subTopologies) {
    for (const { name, logging } of stores) {
      if (logging === false || sourceChangelogs.has(name)) continue;
      const topic = changelogTopic(options.applicationId, name);
      writers.set(name, {
        log: (key, value, timestamp, headers) => {
          try {
            collector.send(topic, partition, key, value, timestamp, headers);
          } catch (error) {
            throw error instanceof RecordRefusedError ? changelogRefused(options.taskId, name, current, error) : error;
          }
        },
      });
    }
  }
  return writers;
}

/** A change that is not in its changelog would be lost with the local state: no policy may skip it. */
function changelogRefused(
  task: string,
  store: string,
  { topic, partition, offset }: CurrentRecord,
  refusal: RecordRefusedError,
): ProcessingFailedError {
  const place = offset < 0 ? { task, store } : { task, store, topic, partition, offset };
  const hint = refusal.hint ?? '';
  return new ProcessingFailedError(
    'CHANGELOG_REFUSED',
    `logging a change of store "${store}" failed`,
    refusal,
    place,
    hint,
  );
}
