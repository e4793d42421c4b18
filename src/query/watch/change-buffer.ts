import type { Change } from '../gen/millrace/query/v1/state_query_service.js';

/** A committed change, decoded once for all who watch it. */
export interface LoggedChange {
  readonly partition: number;
  readonly offset: number;
  /** Of its row, among all of the store. */
  readonly identity: string;
  readonly change: Change;
  readonly keyBytes: Buffer;
  /** Undefined: deleted. */
  readonly valueBytes: Buffer | undefined;
}

/** Most that one watch holds back for its client. */
export interface BufferBounds {
  readonly maxBytes: number;
  readonly maxChanges: number;
}

/** Weight of a change beside its bytes, about. */
const CHANGE_BYTES = 400;

/**
 * Changes that wait for their client, in the order in which they came. Above the bounds only the last change of each row is
 * kept; if that is too much still, nothing is.
 */
export class ChangeBuffer {
  #changes: LoggedChange[] = [];
  #taken = 0;
  #bytes = 0;

  constructor(private readonly bounds: BufferBounds) {}

  get size(): number {
    return this.#changes.length - this.#taken;
  }

  /** What they weigh. The bytes are shared with the others who watch the store; each counts them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** More than half of the bounds is taken. */
  get filling(): boolean {
    return this.size > this.bounds.maxChanges / 2 || this.#bytes > this.bounds.maxBytes / 2;
  }

  /** Gives how many changes are lost: 0 but for one that overflows the buffer, which is empty then. */
  push(change: LoggedChange): number {
    this.#changes.push(change);
    this.#bytes += weightOf(change);
    if (this.#fits()) return 0;
    this.#coalesce();
    if (!this.filling) return 0; // else it would be coalesced again at every change
    const lost = this.size;
    this.clear();
    return lost;
  }

  shift(): LoggedChange | undefined {
    const change = this.#changes[this.#taken];
    if (change === undefined) return undefined;
    this.#bytes -= weightOf(change);
    this.#taken++;
    if (this.#taken === this.#changes.length || this.#taken >= 1_000) {
      this.#changes = this.#changes.slice(this.#taken);
      this.#taken = 0;
    }
    return change;
  }

  clear(): void {
    this.#changes = [];
    this.#taken = 0;
    this.#bytes = 0;
  }

  #fits(): boolean {
    return this.size <= this.bounds.maxChanges && this.#bytes <= this.bounds.maxBytes;
  }

  #coalesce(): void {
    const last = new Map<string, LoggedChange>();
    for (const change of this.#changes.slice(this.#taken)) {
      last.delete(change.identity); // so that it stands where it was changed last
      last.set(change.identity, change);
    }
    this.#changes = [...last.values()];
    this.#taken = 0;
    this.#bytes = this.#changes.reduce((sum, change) => sum + weightOf(change), 0);
  }
}

/** Key and value twice: as bytes, and decoded. */
function weightOf({ keyBytes, valueBytes }: LoggedChange): number {
  return CHANGE_BYTES + 2 * (keyBytes.length + (valueBytes?.length ?? 0));
}
