import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Clock } from '../../util/time.js';

/** What has been fetched of one partition and not been taken yet. */
export class PartitionReading {
  readonly #fetched: FetchedRecords[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(
    readonly partition: TopicPartition,
    private readonly clock: Clock,
  ) {}

  put(fetched: FetchedRecords): void {
    this.#fetched.push(fetched);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /** What was fetched next; undefined when nothing came for so long. @throws what the reading failed with */
  async next(timeoutMs: number): Promise<FetchedRecords | undefined> {
    if (this.#fetched.length === 0 && this.#failure === undefined) await this.#come(timeoutMs);
    const fetched = this.#fetched.shift();
    if (fetched === undefined && this.#failure !== undefined) throw this.#failure.error;
    return fetched;
  }

  #come(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.schedule(timeoutMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
