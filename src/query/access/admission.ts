import type { Clock } from '../../util/time.js';
import type { Access } from './access.js';
import { CallsUnderWay, type CallLimits } from './call-limits.js';
import type { Caller, Requirement } from './caller.js';
import { RateLimit } from './rate-limit.js';

/** What a server lets in. */
export interface AdmissionLimits extends CallLimits {
  /** Of one caller (without tokens: one address); undefined: as many as come. */
  readonly callsPerSecond: number | undefined;
}

/** The order in which a call is let in: a place, who it is, what it may, how often. One for each server. */
export class Admission {
  readonly calls: CallsUnderWay;
  readonly #rate: RateLimit | undefined;

  constructor(
    private readonly access: Access,
    { callsPerSecond, ...limits }: AdmissionLimits,
    clock: Clock,
  ) {
    this.calls = new CallsUnderWay(limits);
    this.#rate = callsPerSecond === undefined ? undefined : new RateLimit(callsPerSecond, clock);
  }

  /**
   * Who calls, if the call may go on; its place is given back with `calls.leave(peer)`.
   * @throws MillraceError `QUOTA`, and what {@link Access.admit} throws
   */
  admit(peer: string, authorization: string | undefined, requirement: Requirement): Caller | Promise<Caller> {
    const caller = this.access.admit(authorization, requirement);
    return caller instanceof Promise
      ? caller.then((known) => this.#counted(known, peer, requirement))
      : this.#counted(caller, peer, requirement);
  }

  /** What is open is for probes, which do not wait for others. */
  #counted(caller: Caller, peer: string, requirement: Requirement): Caller {
    if (requirement !== 'open') this.#rate?.take(this.access.asks ? caller.name : peer);
    return caller;
  }
}
