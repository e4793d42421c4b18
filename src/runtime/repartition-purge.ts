import type { Admin } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { Clock } from '../util/time.js';
import type { TaskPlan } from './assignment/task-plan.js';
import type { OwnedTask } from './owned-task.js';
import { partitionKey } from '../broker/client/client.js';

/**
 * Deletes the records of repartition topics that are behind the commit: nobody reads them again. One request at a time,
 * and at most one per interval; a failure only means that the next one deletes more.
 */
export class RepartitionPurge {
  #next: number;
  #running = false;
  readonly #purged = new Map<string, number>();

  constructor(
    private readonly plan: TaskPlan,
    private readonly admin: Admin,
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly log: Logger,
  ) {
    this.#next = clock.monotonicMs() + intervalMs;
  }

  /** Called after each commit. */
  afterCommit(tasks: readonly OwnedTask[]): void {
    const now = this.clock.monotonicMs();
    if (this.#running || now < this.#next) return;
    this.#next = now + this.intervalMs;
    const offsets = this.#due(tasks);
    if (offsets.length === 0) return;
    this.#running = true;
    this.admin.deleteRecords(offsets).then(
      () => {
        for (const offset of offsets) this.#purged.set(partitionKey(offset), offset.offset);
        this.#running = false;
      },
      (error: unknown) => {
        this.log.debug({ err: error }, 'purging repartition topics failed, the next time deletes more');
        this.#running = false;
      },
    );
  }

  #due(tasks: readonly OwnedTask[]): { topic: string; partition: number; offset: number }[] {
    return tasks.flatMap((owned) =>
      owned.inputs.flatMap(({ topic, partition }) => {
        const key = partitionKey({ topic, partition });
        const offset = owned.committed.get(key)?.offset ?? 0;
        const ours = this.plan.isRepartition(topic) && offset > (this.#purged.get(key) ?? 0);
        return ours ? [{ topic, partition, offset }] : [];
      }),
    );
  }
}
