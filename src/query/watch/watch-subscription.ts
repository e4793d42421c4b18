import type { Counter } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';
import type { Cursor, WatchResponse } from '../gen/millrace/query/v1/state_query_service.js';
import { ChangeBuffer, type BufferBounds, type LoggedChange } from './change-buffer.js';
import type { Follower } from './change-feed.js';
import { changeResponse, cursorResponse, loggedMessage, overflowResponse } from './change-messages.js';
import { isSelected, type KeySelection } from './key-selection.js';
import { encodeCursor } from './watch-cursor.js';

/** After so long without an event a cursor is sent alone, if it has moved: the log is deleted behind old ones. */
const BOOKMARK_MS = 10_000;

export interface SubscriptionOptions {
  readonly topicId: string;
  /** By partition: where the changes begin. */
  readonly offsets: readonly number[];
  readonly selection: KeySelection;
  readonly raw: boolean;
  readonly bounds: BufferBounds;
  readonly clock: Clock;
  readonly sent: Counter;
  readonly overflows: Counter;
  /** Called when it takes nothing more; may be called again. */
  readonly leave: () => void;
}

/** What one client still has to be told, and how far it has been told. */
export class WatchSubscription implements Follower {
  readonly #buffer: ChangeBuffer;
  /** Next offsets by partition: of what the client was told, and of what came. */
  readonly #told: number[];
  readonly #come: number[];
  #lost = 0;
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #moved = false;
  #wake: () => void = () => undefined;
  #roomWanted: (() => void)[] = [];

  constructor(private readonly options: SubscriptionOptions) {
    this.#buffer = new ChangeBuffer(options.bounds);
    this.#told = [...options.offsets];
    this.#come = [...options.offsets];
  }

  get bufferedBytes(): number {
    return this.#buffer.bytes;
  }

  get cursor(): Cursor {
    return encodeCursor({ topicId: this.options.topicId, positions: this.#told });
  }

  wants(key: Buffer): boolean {
    return !this.#ended && isSelected(this.options.selection, key);
  }

  take(change: LoggedChange): void {
    this.#lost = this.#buffer.push(change);
    if (this.#lost > 0) {
      this.options.overflows.value++;
      this.#end();
    }
    this.#wake();
  }

  advanced(partition: number, nextOffset: number): void {
    this.#come[partition] = nextOffset;
    this.#catchUp();
  }

  get filling(): boolean {
    return !this.#ended && this.#buffer.filling;
  }

  room(): Promise<void> {
    if (!this.filling) return Promise.resolve();
    return new Promise((resolve) => {
      this.#roomWanted.push(resolve);
    });
  }

  failed(error: unknown): void {
    this.#failure ??= { error };
    this.#end();
    this.#wake();
  }

  /** Ends it: `next` gives nothing more. */
  close(): void {
    this.#closed = true;
    this.#buffer.clear();
    this.#end();
    this.#wake();
  }

  /** The next event; an overflow is the last one. Undefined: it has ended. */
  async next(): Promise<WatchResponse | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const change = this.#buffer.shift();
      if (change !== undefined) return this.#tell(change);
      if (this.#lost > 0) {
        this.#closed = true;
        return overflowResponse(this.#lost, this.cursor);
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (!(await this.#wakened()) && this.#moved) {
        this.#moved = false;
        return cursorResponse(this.cursor);
      }
    }
  }

  get #ended(): boolean {
    return this.#closed || this.#lost > 0 || this.#failure !== undefined;
  }

  #tell(change: LoggedChange): WatchResponse {
    this.options.sent.value++;
    this.#told[change.partition] = change.offset + 1;
    this.#catchUp();
    this.#moved = false;
    if (!this.#buffer.filling) this.#giveRoom();
    return changeResponse(loggedMessage(change, this.options.raw), this.cursor);
  }

  /** The client knows all that came; while changes wait it is only known of what it was told. */
  #catchUp(): void {
    if (this.#buffer.size > 0 || this.#ended) return;
    for (const [partition, offset] of this.#come.entries()) {
      if (offset <= (this.#told[partition] ?? 0)) continue;
      this.#told[partition] = offset;
      this.#moved = true;
    }
  }

  #end(): void {
    this.#giveRoom();
    this.options.leave();
  }

  #giveRoom(): void {
    for (const give of this.#roomWanted.splice(0)) give();
  }

  /** Resolves when there is something to tell; with false, when there was nothing for a while. */
  #wakened(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.schedule(BOOKMARK_MS, () => {
        resolve(false);
      });
      this.#wake = () => {
        cancel();
        resolve(true);
      };
    });
  }
}
