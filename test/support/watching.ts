import type { Change, Cursor, WatchResponse } from '../../src/query/gen/millrace/query/v1/state_query_service.js';

/** A client of a watch, which takes everything as it comes. */
export class Watching {
  readonly responses: WatchResponse[] = [];
  /** Resolves with how it ended: an error, or nothing. */
  readonly ended: Promise<unknown>;
  readonly #abort = new AbortController();
  #failure: Error | undefined;
  #over = false;
  #arrived: () => void = () => undefined;

  constructor(open: (signal: AbortSignal) => AsyncIterable<WatchResponse>) {
    this.ended = this.#take(open).then(
      () => undefined,
      (error: unknown) => {
        this.#failure = error as Error; // nothing else is thrown
        return error;
      },
    );
    void this.ended.then(() => {
      this.#over = true;
      this.#arrived();
    });
  }

  get changes(): Change[] {
    return this.responses.flatMap(({ event }) => (event?.$case === 'change' ? [event.value] : []));
  }

  /** Key and value of each change; null for a deletion. */
  get values(): (readonly [key: unknown, value: unknown])[] {
    return this.changes.map(({ record, deleted }) => [record?.key, deleted ? null : record?.value] as const);
  }

  get cursor(): Cursor | undefined {
    return this.responses.at(-1)?.cursor;
  }

  /** Resolves when this holds of what has come. @throws what the watch ended with, before */
  async until(holds: (watching: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.#over) throw this.#failure ?? new Error('the watch ended');
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Where it stands is known. */
  async begun(): Promise<this> {
    await this.until(({ responses }) => responses.length > 0);
    return this;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #take(open: (signal: AbortSignal) => AsyncIterable<WatchResponse>): Promise<void> {
    for await (const response of open(this.#abort.signal)) {
      this.responses.push(response);
      this.#arrived();
    }
  }
}
