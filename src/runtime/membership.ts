import type { GroupMetadata, Member } from '../broker/client/client.js';
import { FencedError } from '../broker/client/errors.js';
import type { OffsetToCommit } from '../broker/client/protocol.js';

/** The member as the loop knows it. The member needs its listener first, and the listener the loop: so it comes last. */
export class Membership implements Pick<Member, 'metadata' | 'rebalancing' | 'commitOffsets' | 'rejoin'> {
  #member: Member | undefined;

  attach(member: Member): void {
    this.#member = member;
  }

  get metadata(): GroupMetadata | undefined {
    return this.#member?.metadata;
  }

  get rebalancing(): boolean {
    return this.#member?.rebalancing ?? true;
  }

  rejoin(reason: string): void {
    this.#member?.rejoin(reason);
  }

  async commitOffsets(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (!this.#member) throw new FencedError('the member has not joined yet');
    await this.#member.commitOffsets(offsets);
  }
}
