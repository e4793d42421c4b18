import type { Admin } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { CancelTimer, Clock } from '../util/time.js';
import type { TaskPlan } from './assignment/task-plan.js';

/** How soon missing source topics are looked for again. */
const MISSING_TOPICS_MS = 1_000;

/**
 * Looks at the broker's topics now and then: new topics for patterns, new partitions of inputs, and inputs that did not
 * exist yet. A change makes the group assign anew.
 */
export class TopicWatch {
  #cancel: CancelTimer | undefined;
  #stopped = false;
  #waiting = false;
  #names: readonly string[] = [];
  #seen = '';

  constructor(
    private readonly options: {
      readonly plan: TaskPlan;
      readonly admin: Admin;
      readonly clock: Clock;
      readonly log: Logger;
      readonly refreshMs: number;
      readonly onChange: (reason: string) => void;
    },
  ) {}

  /** Topics of the broker, as last seen. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Looks for the first time, then every `refreshMs`. */
  async start(): Promise<void> {
    this.#seen = await this.#look();
    this.#schedule();
  }

  /** The group waits for topics that do not exist: looks more often until they do. */
  waitForTopics(): void {
    this.#waiting = true;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel?.();
    if (this.#stopped) return;
    const delayMs = this.#waiting ? MISSING_TOPICS_MS : this.options.refreshMs;
    this.#cancel = this.options.clock.schedule(delayMs, () => void this.#check(), { unref: true });
  }

  async #check(): Promise<void> {
    try {
      const seen = await this.#look();
      if (seen !== this.#seen && !this.#stopped) {
        this.#seen = seen;
        this.#waiting = false;
        this.options.onChange('the input topics have changed');
      }
    } catch (error) {
      this.options.log.debug({ err: error }, 'looking at topics failed, trying again later');
    }
    this.#schedule();
  }

  /** The application's inputs with their partitions, as one comparable text. */
  async #look(): Promise<string> {
    const { plan, admin } = this.options;
    const topics = await admin.describeTopics();
    this.#names = [...topics.keys()];
    const sources = plan.allSourceTopics(this.#names).filter((name) => !plan.isInternal(name));
    return sources.map((name) => `${name}:${topics.get(name)?.partitions ?? 0}`).join(',');
  }
}
