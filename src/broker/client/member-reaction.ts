import { MillraceError } from '../../util/errors.js';
import type { Access } from './access.js';
import { ErrorCode, reactionTo, responseError } from './error-codes.js';
import { BrokerUnavailableError, FencedError } from './errors.js';

/**
 * What a member does on an error of its group's coordinator: `rejoin` with its id and partitions, join anew after the
 * membership was `lost`, try again when the `coordinator` was found anew, `retry`, or stop (`fatal`).
 */
export type MemberReaction = 'rejoin' | 'lost' | 'coordinator' | 'retry' | 'fatal';

/** The reaction to an error number; undefined for none. */
export function memberReaction(errorCode: number): MemberReaction | undefined {
  switch (errorCode) {
    case 0:
      return undefined;
    case ErrorCode.REBALANCE_IN_PROGRESS:
      return 'rejoin';
    case ErrorCode.UNKNOWN_MEMBER_ID:
    case ErrorCode.ILLEGAL_GENERATION:
      return 'lost';
    default: {
      const reaction = reactionTo(errorCode);
      if (reaction === 'final') return 'fatal';
      return reaction === 'retry' ? 'retry' : 'coordinator';
    }
  }
}

/** An answer that ends the present attempt to join; the member's loop reacts to it. */
export class MemberInterruption extends MillraceError {
  constructor(
    readonly reaction: MemberReaction,
    readonly reason: MillraceError,
  ) {
    super({ code: reason.code, kind: reason.kind, message: reason.message, cause: reason });
  }
}

/** What an answer asks of the member, as an error to throw; undefined for a good one. */
export function memberInterruption(
  errorCode: number,
  what: string,
  groupInstanceId: string | undefined,
  access: Access,
): MemberInterruption | undefined {
  const reaction = memberReaction(errorCode);
  if (reaction === undefined) return undefined;
  const refused = responseError(errorCode, what, { access });
  if (errorCode !== ErrorCode.FENCED_INSTANCE_ID) return new MemberInterruption(reaction, refused);
  const message = `${what}: another process has the group instance id "${groupInstanceId ?? ''}" now`;
  return new MemberInterruption('fatal', new FencedError(message, { cause: refused }));
}

/** @throws MemberInterruption unless the answer is good */
export function checkMemberAnswer(
  errorCode: number,
  what: string,
  groupInstanceId: string | undefined,
  access: Access,
): void {
  const interruption = memberInterruption(errorCode, what, groupInstanceId, access);
  if (interruption !== undefined) throw interruption;
}

/** A wish to join again, of the member itself or of its user. */
export function rejoinFor(reason: string): MemberInterruption {
  return new MemberInterruption('rejoin', new BrokerUnavailableError(reason));
}

/** The reaction to anything thrown while joining. */
export function reactionToThrown(error: unknown): MemberReaction {
  if (error instanceof MemberInterruption) return error.reaction;
  if (error instanceof BrokerUnavailableError) return 'coordinator';
  return error instanceof MillraceError && error.kind === 'unavailable' ? 'retry' : 'fatal';
}
