import type { CancelTimer } from '../../util/time.js';
import type { GroupMetadata } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { type MemberInterruption, memberInterruption } from './member-reaction.js';

/**
 * Tells the coordinator at an interval that the member lives, on a connection of its own, whatever the caller does. A
 * heartbeat without an answer is not repeated: the next one follows.
 */
export class Heartbeat {
  private cancel: CancelTimer | undefined;
  private beating: GroupMetadata | undefined;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
    private readonly intervalMs: number,
    private readonly timeoutMs: number,
    /** Called with what an answer asks of the member; not for a generation that is over. */
    private readonly react: (interruption: MemberInterruption) => void,
  ) {}

  /** Beats for a generation, until the next start or stop. */
  start(generation: GroupMetadata): void {
    this.stop();
    this.beating = generation;
    this.schedule(generation);
  }

  stop(): void {
    this.cancel?.();
    this.beating = undefined;
  }

  private schedule(generation: GroupMetadata): void {
    this.cancel = this.context.clock.schedule(this.intervalMs, () => {
      void this.beat(generation);
    });
  }

  private async beat(generation: GroupMetadata): Promise<void> {
    const { groupId } = generation;
    let errorCode = 0;
    try {
      const node = await this.view.coordinator('group', groupId);
      const options = { timeoutMs: this.timeoutMs };
      ({ errorCode } = await this.view.request(node, 'heartbeat', 'Heartbeat', generation, options));
    } catch (error) {
      this.context.log.debug({ err: error, groupId }, 'heartbeat without an answer');
      await this.view.coordinatorMoved('group', groupId);
    }
    if (this.beating !== generation) return;
    this.schedule(generation);
    const instanceId = generation.groupInstanceId ?? undefined;
    const interruption = memberInterruption(errorCode, `A heartbeat to group "${groupId}"`, instanceId, {
      api: 'Heartbeat',
      group: groupId,
    });
    if (interruption?.reaction === 'coordinator') await this.view.coordinatorMoved('group', groupId);
    else if (interruption !== undefined && interruption.reaction !== 'retry') this.react(interruption);
  }
}
