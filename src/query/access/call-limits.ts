import { quotaExceeded } from './access-errors.js';

/** How many calls a server takes at a time. */
export interface CallLimits {
  /** Of everybody together. */
  readonly maxCalls: number;
  /** From one address. */
  readonly maxCallsPerPeer: number;
}

/** When to come back for a place that others have now. */
const RETRY_DELAY_MS = 250;

/** Counts the calls under way, and refuses those beyond the limits. */
export class CallsUnderWay {
  #all = 0;
  readonly #byPeer = new Map<string, number>();

  constructor(private readonly limits: CallLimits) {}

  get count(): number {
    return this.#all;
  }

  /** Takes a place, which {@link leave} gives back. @throws MillraceError `QUOTA` */
  enter(peer: string): void {
    const { maxCalls, maxCallsPerPeer } = this.limits;
    const own = this.#byPeer.get(peer) ?? 0;
    if (own >= maxCallsPerPeer) throw quotaExceeded(`calls from ${peer} at a time`, maxCallsPerPeer, RETRY_DELAY_MS);
    if (this.#all >= maxCalls) throw quotaExceeded('calls at a time', maxCalls, RETRY_DELAY_MS);
    this.#all++;
    this.#byPeer.set(peer, own + 1);
  }

  leave(peer: string): void {
    const own = this.#byPeer.get(peer) ?? 0;
    this.#all--;
    if (own > 1) this.#byPeer.set(peer, own - 1);
    else this.#byPeer.delete(peer);
  }
}
