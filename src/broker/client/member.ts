import { MillraceError, messageOf } from '../../util/errors.js';
import type { GroupMetadata, Member, MemberAssignment, MemberOptions } from './client.js';
import { partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { BrokerResponseError, FencedError, invalidState } from './errors.js';
import { commitOffsets } from './group-offsets.js';
import { Heartbeat } from './heartbeat.js';
import { GroupProtocol, type Joined } from './join-group.js';
import { MemberInterruption, rejoinFor, reactionToThrown } from './member-reaction.js';
import { isFencing } from './produce-errors.js';
import type { OffsetToCommit, TopicPartition } from './protocol.js';
import { Backoff } from './retry.js';
import { Signal } from './signal.js';

const LONGEST_WAIT_MS = 60_000;

/**
 * Fills {@link Member}: one loop that joins, takes the assignment, gives up what it is no longer assigned, and waits until
 * the group has to join again. Heartbeats run beside it from the answer of JoinGroup on.
 */
export class GroupMember implements Member {
  private readonly protocol: GroupProtocol;
  private readonly heartbeat: Heartbeat;
  private readonly backoff: Backoff;
  private readonly signal: Signal;
  private readonly stopSignal = new AbortController();
  private readonly stopped: Promise<'stopped'>;
  private running: Promise<void> | undefined;
  private memberId = '';
  private generationId = -1;
  private owned: readonly TopicPartition[] = [];
  private current: GroupMetadata | undefined;
  private joining = false;
  private inListener = false;
  private pending: MemberInterruption | undefined;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
    private readonly options: MemberOptions,
  ) {
    const { heartbeatIntervalMs = 500, sessionTimeoutMs = 10_000 } = options;
    this.protocol = new GroupProtocol(view, options);
    this.backoff = new Backoff(context.random, 20, 1_000);
    this.signal = new Signal(context.clock);
    this.heartbeat = new Heartbeat(context, view, heartbeatIntervalMs, sessionTimeoutMs, (interruption) => {
      this.ask(interruption);
    });
    this.stopped = new Promise((resolve) => {
      this.stopSignal.signal.addEventListener('abort', () => {
        resolve('stopped');
      });
    });
  }

  get metadata(): GroupMetadata | undefined {
    return this.current;
  }
  get rebalancing(): boolean {
    return this.joining;
  }

  start(): void {
    this.running ??= this.run();
  }

  rejoin(reason: string): void {
    this.ask(rejoinFor(reason));
  }

  async commitOffsets(offsets: readonly OffsetToCommit[]): Promise<void> {
    const { current } = this;
    const { groupId } = this.options;
    if (current === undefined) throw new FencedError(`Not a member of group "${groupId}" now: its partitions are lost`);
    if (this.joining) throw invalidState('Committing', 'rebalancing', 'Commit when the assignment has come.');
    try {
      await commitOffsets(this.view, current, offsets);
    } catch (cause) {
      if (!(cause instanceof BrokerResponseError) || !isFencing(cause.errorCode)) throw cause;
      throw new FencedError(`${cause.message}: the group went on without this member`, { cause });
    }
  }

  async stop(options: { readonly evenStatic?: boolean } = {}): Promise<void> {
    if (this.stopSignal.signal.aborted) return;
    this.stopSignal.abort();
    this.signal.raise();
    this.heartbeat.stop();
    this.current = undefined;
    const leaves = this.options.groupInstanceId === undefined || options.evenStatic === true;
    if (leaves && this.memberId !== '') {
      await this.protocol.leave(this.memberId, 'stopped').catch((error: unknown) => {
        this.context.log.debug({ err: error }, 'not left, the session will time out');
      });
    }
    // A listener may stop the member: waiting for the loop, which waits for the listener, would never end.
    if (!this.inListener) await this.running;
  }

  private hasStopped(): boolean {
    return this.stopSignal.signal.aborted;
  }

  private ask(interruption: MemberInterruption): void {
    // What is worse wins: a membership that is lost is not mended by joining again with it.
    if (this.pending === undefined || this.pending.reaction === 'rejoin') this.pending = interruption;
    this.signal.raise();
  }

  private async run(): Promise<void> {
    let reason = 'start';
    while (!this.hasStopped()) {
      try {
        await this.joinOnce(reason);
        reason = await this.untilAsked();
        this.backoff.reset();
      } catch (error) {
        if (this.hasStopped()) return;
        reason = messageOf(error);
        if (!(await this.recover(error))) return;
      }
    }
  }

  /** Waits until a rejoin is asked for. @throws MemberInterruption when the membership is lost or over */
  private async untilAsked(): Promise<string> {
    while (this.pending === undefined && !this.hasStopped()) await this.signal.wait(LONGEST_WAIT_MS);
    const interruption = this.pending ?? rejoinFor('stopped');
    this.pending = undefined;
    if (interruption.reaction === 'rejoin') return interruption.message;
    throw interruption;
  }

  /** @returns false when the member cannot go on */
  private async recover(error: unknown): Promise<boolean> {
    const reaction = reactionToThrown(error);
    this.context.log.info({ groupId: this.options.groupId, reaction, reason: messageOf(error) }, 'joining again');
    if (reaction === 'fatal') {
      this.end(error);
      return false;
    }
    if (reaction === 'lost' && !(await this.lose())) return false;
    if (reaction === 'coordinator') await this.view.coordinatorMoved('group', this.options.groupId);
    if (reaction !== 'rejoin') await this.context.clock.sleep(this.backoff.nextMs(), this.stopSignal.signal);
    return true;
  }

  private end(error: unknown): void {
    this.heartbeat.stop();
    this.current = undefined;
    const cause = error instanceof MemberInterruption ? error.reason : error;
    this.options.listener.onFatal(cause instanceof Error ? cause : new FencedError(messageOf(cause)));
  }

  private async lose(): Promise<boolean> {
    this.heartbeat.stop();
    this.memberId = '';
    this.generationId = -1;
    this.current = undefined;
    this.pending = undefined;
    const lost = this.owned;
    this.owned = [];
    return lost.length === 0 || this.tell((listener) => listener.onLost(lost));
  }

  private async joinOnce(reason: string): Promise<void> {
    const { listener } = this.options;
    this.joining = true;
    if (listener.beforeJoin !== undefined && !(await this.tell(async () => listener.beforeJoin?.()))) return;
    this.pending = undefined;
    await this.view.connect();
    const joined = await this.orStopped(this.join(reason));
    if (joined === 'stopped') return;
    this.memberId = joined.generation.memberId;
    this.heartbeat.start(joined.generation);
    const assignment = await this.orStopped(this.protocol.sync(joined));
    if (assignment === 'stopped') return;
    this.context.log.debug({ reason, ...joined.generation }, 'assignment taken');
    await this.take(joined, assignment);
  }

  /**
   * Heartbeats rest until the answer comes, as the session does. The group may go on before it does: a heartbeat of the old
   * generation would be told to join again, for nothing, or even that the membership is lost.
   */
  private async join(reason: string): Promise<Joined> {
    const { memberId, generationId, owned: ownedPartitions } = this;
    this.heartbeat.stop();
    try {
      return await this.protocol.join({ memberId, generationId, ownedPartitions }, reason, (given) => {
        this.memberId = given;
      });
    } catch (error) {
      if (this.current !== undefined) this.heartbeat.start(this.current);
      throw error;
    }
  }

  private async orStopped<T>(work: Promise<T>): Promise<T | 'stopped'> {
    work.catch(() => undefined);
    return Promise.race([work, this.stopped]);
  }

  private async take({ generation }: Joined, assignment: MemberAssignment): Promise<void> {
    const before = this.owned;
    const revoked = without(before, assignment.partitions);
    const added = without(assignment.partitions, before);
    this.generationId = generation.generationId;
    this.current = generation;
    this.joining = false;
    if (revoked.length > 0) {
      if (!(await this.tell((listener) => listener.onRevoked(revoked)))) return;
      // Others may have these as soon as the group has joined again.
      this.ask(rejoinFor('partitions given up'));
    }
    this.owned = assignment.partitions;
    await this.tell((listener) => listener.onAssigned(added, assignment));
  }

  /** Calls the listener; an error of its own is the member's end. @returns false then */
  private async tell(call: (listener: MemberOptions['listener']) => Promise<void>): Promise<boolean> {
    this.inListener = true;
    try {
      await call(this.options.listener);
      return true;
    } catch (error) {
      const cause = error instanceof MillraceError ? error : new FencedError(messageOf(error), { cause: error });
      this.stopSignal.abort();
      this.end(cause);
      return false;
    } finally {
      this.inListener = false;
    }
  }
}

function without(partitions: readonly TopicPartition[], others: readonly TopicPartition[]): TopicPartition[] {
  const keys = new Set(others.map(partitionKey));
  return partitions.filter((partition) => !keys.has(partitionKey(partition)));
}
