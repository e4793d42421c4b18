import type { PlacementMember } from './placement-input.js';

/** A copy of a task's state on a member, and how many records it is behind the furthest one. */
export interface TaskCopy {
  readonly task: string;
  /** Index of the member. */
  readonly member: number;
  readonly lag: number;
}

/**
 * Where the state of each task lies, and how far it is. The furthest copy is the measure: it belongs to whoever runs the
 * task or, when nobody does, it is the best there is. A member without a copy stands at the beginning.
 */
export class TaskCopies {
  readonly #furthest = new Map<string, number>();
  readonly #holders = new Map<string, number[]>();

  constructor(
    private readonly members: readonly PlacementMember[],
    private readonly acceptableLag: number,
  ) {
    for (const [member, { positions }] of members.entries()) {
      for (const [task, position] of positions) {
        this.#furthest.set(task, Math.max(position, this.#furthest.get(task) ?? 0));
        const holders = this.#holders.get(task);
        if (holders) holders.push(member);
        else this.#holders.set(task, [member]);
      }
    }
  }

  /** Records that a member would have to restore before it can run the task. */
  lag(task: string, member: number): number {
    return (this.#furthest.get(task) ?? 0) - (this.members[member]?.positions.get(task) ?? 0);
  }

  /** Whether a member may take the task over at once. */
  caughtUp(task: string, member: number): boolean {
    return this.lag(task, member) <= this.acceptableLag;
  }

  /** The coarse lag of a member without a copy. */
  lagFromStart(task: string): number {
    const lag = this.#furthest.get(task) ?? 0;
    return lag <= this.acceptableLag ? 0 : lag;
  }

  /** The lag, where all that is caught up counts as level. */
  coarseLag(task: string, member: number): number {
    const lag = this.lag(task, member);
    return lag <= this.acceptableLag ? 0 : lag;
  }

  /** Copies of these tasks, the furthest first. */
  of(tasks: readonly string[]): readonly TaskCopy[] {
    const copies = tasks.flatMap((task) =>
      this.holders(task).map((member) => ({ task, member, lag: this.lag(task, member) })),
    );
    return copies.sort((a, b) => a.lag - b.lag);
  }

  /** Members that hold a copy of a task, in order. */
  holders(task: string): readonly number[] {
    return this.#holders.get(task) ?? [];
  }
}
