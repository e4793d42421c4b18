import type { ChangelogPosition } from './store.js';
import type { CommittedPositions } from './task-state.js';

/** Where a task's state stands: its stores in their changelogs, and its inputs. Stored as one row with each commit. */
export class Positions {
  private readonly changelogs = new Map<string, ChangelogPosition>();
  private readonly inputs = new Map<string, number>();

  changelog(storeName: string): ChangelogPosition | undefined {
    return this.changelogs.get(storeName);
  }
  input(topicPartition: string): number | undefined {
    return this.inputs.get(topicPartition);
  }
  /** All inputs, by `topic-partition`. */
  allInputs(): ReadonlyMap<string, number> {
    return this.inputs;
  }
  /** All changelogs, by store. */
  allChangelogs(): ReadonlyMap<string, ChangelogPosition> {
    return this.changelogs;
  }
  setChangelog(storeName: string, position: ChangelogPosition): void {
    this.changelogs.set(storeName, position);
  }
  forgetChangelog(storeName: string): void {
    this.changelogs.delete(storeName);
  }
  /** Takes over what a commit brings; what it does not mention stays. */
  merge(committed: CommittedPositions): void {
    for (const [store, position] of committed.changelogs) this.changelogs.set(store, position);
    for (const [topicPartition, offset] of committed.inputs) this.inputs.set(topicPartition, offset);
  }

  /** JSON; only the changelog positions of stores that `survives` keeps on disk. */
  toBytes(survives: (storeName: string) => boolean): Buffer {
    const changelogs = [...this.changelogs].filter(([store]) => survives(store));
    const text = { changelogs: Object.fromEntries(changelogs), inputs: Object.fromEntries(this.inputs) };
    return Buffer.from(JSON.stringify(text), 'utf8');
  }

  static fromBytes(bytes: Buffer | undefined): Positions {
    const positions = new Positions();
    if (bytes === undefined) return positions;
    const { changelogs, inputs } = JSON.parse(bytes.toString()) as StoredPositions; // written by toBytes
    for (const [store, position] of Object.entries(changelogs)) positions.changelogs.set(store, position);
    for (const [topicPartition, offset] of Object.entries(inputs)) positions.inputs.set(topicPartition, offset);
    return positions;
  }
}

interface StoredPositions {
  readonly changelogs: Readonly<Record<string, ChangelogPosition>>;
  readonly inputs: Readonly<Record<string, number>>;
}
