import { EMPTY_BYTES } from '../../../util/bytes.js';
import type { CancelTimer, Clock } from '../../../util/time.js';
import type { JoinGroupRequest, JoinGroupResponse, SyncGroupResponse } from '../../client/protocol.js';

type Protocols = JoinGroupRequest['protocols'];

/** One member of a group: what it said when it joined, and the answers it waits for. */
export class GroupMember {
  readonly instanceId: string | null;
  sessionTimeoutMs = 0;
  rebalanceTimeoutMs = 0;
  protocols: Protocols = [];
  assignment = EMPTY_BYTES;
  /** False until its first rebalance ended. */
  established = false;
  #joining: ((response: JoinGroupResponse) => void) | undefined;
  #syncing: ((response: SyncGroupResponse) => void) | undefined;
  #cancelSession: CancelTimer | undefined;

  constructor(
    readonly id: string,
    request: JoinGroupRequest,
  ) {
    this.instanceId = request.groupInstanceId;
    this.update(request);
  }

  get awaitingJoin(): boolean {
    return this.#joining !== undefined;
  }

  get awaitingSync(): boolean {
    return this.#syncing !== undefined;
  }

  update({ protocols, sessionTimeoutMs, rebalanceTimeoutMs }: JoinGroupRequest): void {
    this.protocols = protocols;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
  }

  /** Whether a join says the same as the one before. */
  matches(protocols: Protocols): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, at) => {
        const known = this.protocols[at];
        return known?.name === name && known.metadata.equals(metadata);
      })
    );
  }

  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? EMPTY_BYTES;
  }

  /** Keeps a join waiting; one that waited before is answered by the same answer. */
  awaitJoin(): Promise<JoinGroupResponse> {
    const earlier = this.#joining;
    return new Promise((resolve) => {
      this.#joining = (response) => {
        earlier?.(response);
        resolve(response);
      };
    });
  }

  answerJoin(response: JoinGroupResponse): void {
    const answer = this.#joining;
    this.#joining = undefined;
    answer?.(response);
  }

  awaitSync(): Promise<SyncGroupResponse> {
    const earlier = this.#syncing;
    return new Promise((resolve) => {
      this.#syncing = (response) => {
        earlier?.(response);
        resolve(response);
      };
    });
  }

  answerSync(errorCode: number): void {
    const answer = this.#syncing;
    this.#syncing = undefined;
    answer?.({ errorCode, assignment: errorCode === 0 ? this.assignment : EMPTY_BYTES });
  }

  /** Starts the session anew; `expire` runs if nothing is heard in time. */
  heard(clock: Clock, expire: () => void, timeoutMs = this.sessionTimeoutMs): void {
    this.#cancelSession?.();
    this.#cancelSession = clock.schedule(timeoutMs, expire, { unref: true });
  }

  endSession(): void {
    this.#cancelSession?.();
    this.#cancelSession = undefined;
  }
}
