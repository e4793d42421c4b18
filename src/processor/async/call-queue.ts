import type { PendingCall } from './pending-call.js';

/**
 * Whose turn it is to be called. The calls of a lane (a key) come one after the other: the next one's turn is when the one before
 * is done, or late. A call without a lane has its turn at once.
 */
export class CallQueue<C extends PendingCall> {
  /** Of each lane the call whose turn it is, which may be under way, and those behind it. */
  readonly #lanes = new Map<string, C[]>();
  readonly #ready: C[] = [];

  /** Calls that may begin. */
  get readyCount(): number {
    return this.#ready.length;
  }

  /** Since when the first of them may. */
  get readySinceMs(): number {
    return this.#ready[0]?.readyAtMs ?? Infinity;
  }

  /** Adds a call behind those of its lane. */
  add(call: C, nowMs: number): void {
    if (call.lane === undefined) {
      this.#makeReady(call, nowMs);
      return;
    }
    const lane = this.#lanes.get(call.lane);
    if (lane !== undefined) lane.push(call);
    else {
      this.#lanes.set(call.lane, [call]);
      this.#makeReady(call, nowMs);
    }
  }

  /** Takes up to `limit` calls that may begin, those that came first. */
  take(limit: number): readonly C[] {
    const taken = this.#ready.splice(0, limit);
    for (const call of taken) call.readyAtMs = undefined;
    return taken;
  }

  /** A call that was taken is to be made again, before others. */
  again(call: C, nowMs: number): void {
    call.readyAtMs = nowMs;
    this.#ready.unshift(call);
  }

  /** Forgets a call: the next one of its lane has its turn. */
  remove(call: C, nowMs: number): void {
    if (call.readyAtMs !== undefined) this.#ready.splice(this.#ready.indexOf(call), 1);
    call.readyAtMs = undefined;
    this.#leaveLane(call, nowMs);
  }

  /** Lets a call stand in nobody's way any more; if it has not been called yet, it may be now. */
  release(call: C, nowMs: number): void {
    if (this.#leaveLane(call, nowMs) === 'waited') this.#makeReady(call, nowMs);
  }

  /** Gives whether it had its turn, or waited for it, or was in no lane. */
  #leaveLane(call: C, nowMs: number): 'had its turn' | 'waited' | 'no lane' {
    const lane = call.lane === undefined ? undefined : this.#lanes.get(call.lane);
    const place = lane?.indexOf(call) ?? -1;
    if (lane === undefined || place < 0) return 'no lane';
    lane.splice(place, 1);
    if (place > 0) return 'waited';
    if (lane[0] !== undefined) this.#makeReady(lane[0], nowMs);
    else if (call.lane !== undefined) this.#lanes.delete(call.lane);
    return 'had its turn';
  }

  #makeReady(call: C, nowMs: number): void {
    call.readyAtMs = nowMs;
    this.#ready.push(call);
  }
}
