import { partitionKey, type Admin, type FetchedRecords, type OffsetMap } from '../../broker/client/client.js';
import type { Isolation, TopicPartition } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import type { ChangelogPosition } from '../../state/store.js';
import { MillraceError } from '../../util/errors.js';
import type { Patience } from '../patience.js';
import type { GlobalTask } from '../task/global-task.js';

export interface GlobalStoreTaskOptions {
  readonly task: GlobalTask;
  readonly store: string;
  readonly topic: string;
  readonly admin: Pick<Admin, 'describeTopics' | 'listOffsets'>;
  readonly isolation: Isolation;
  readonly patience: Patience;
  readonly log: Logger;
}

/** What a topic was when its store was opened. */
interface TopicRange {
  readonly topicId: string;
  readonly starts: OffsetMap;
  readonly ends: OffsetMap;
}

/**
 * One global store and where it stands in its topic. Its rows and its positions are written in one batch, so a crash leaves
 * both or neither.
 */
export class GlobalStoreTask {
  readonly #options: GlobalStoreTaskOptions;
  readonly #positions = new Map<string, number>();
  readonly #highWatermarks = new Map<string, number>();
  #topicId = '';
  #ends: OffsetMap = new Map();
  #partitions: readonly TopicPartition[] = [];

  constructor(options: GlobalStoreTaskOptions) {
    this.#options = options;
  }

  get store(): string {
    return this.#options.store;
  }

  get task(): GlobalTask {
    return this.#options.task;
  }

  get partitions(): readonly TopicPartition[] {
    return this.#partitions;
  }

  /** The next offset of one of {@link partitions}. */
  position(partition: TopicPartition): number {
    return this.#positions.get(partitionKey(partition)) ?? 0;
  }

  /** Records of a partition that the store does not have yet, as far as known. */
  lagOf(partition: TopicPartition): number {
    return Math.max(0, (this.#highWatermarks.get(partitionKey(partition)) ?? 0) - this.position(partition));
  }

  /** Partitions that had records when the store was opened which it does not have yet. */
  get behind(): readonly TopicPartition[] {
    return this.#partitions.filter((partition) => this.position(partition) < this.endOf(partition));
  }

  /** How many those are. */
  get remaining(): number {
    return this.behind.reduce((sum, partition) => sum + this.endOf(partition) - this.position(partition), 0);
  }

  /** Where a partition ended when the store was opened. */
  endOf(partition: TopicPartition): number {
    return this.#ends.get(partitionKey(partition)) ?? 0;
  }

  /**
   * Finds where to go on: at the stored positions if they are of this topic and still in it, else, with an empty store, at
   * its beginning. Waits for a topic that is not there yet.
   */
  async open(): Promise<void> {
    const { patience, store, task, topic, log } = this.#options;
    const { starts, ends, topicId } = await patience.retry(`opening global store "${store}"`, () => this.#range());
    this.#topicId = topicId;
    this.#ends = ends;
    const known = task.state.changelogPosition(store);
    if (known?.topicId === topicId && this.#takeStored(starts, ends)) return;
    if (known !== undefined)
      log.warn({ store, topic }, 'the stored position is not in the topic: rebuilding the store');
    await this.#rebuildFrom(starts);
  }

  /** Empties the store, to read the topic from its beginning: what stood next is deleted from it. */
  async rebuild(): Promise<void> {
    const { patience, store } = this.#options;
    const { starts } = await patience.retry(`rebuilding global store "${store}"`, () => this.#range());
    await this.#rebuildFrom(starts);
  }

  /** Takes fetched records, and writes them with their position. */
  async update(fetched: FetchedRecords): Promise<void> {
    await this.task.update(fetched);
    this.#highWatermarks.set(partitionKey(fetched), fetched.highWatermark);
    this.#positions.set(partitionKey(fetched), fetched.nextOffset);
    await this.#write();
    await this.task.state.deleteExpired();
  }

  /** Takes the stored positions; false if one of them is not in the topic. A partition that is new starts at its beginning. */
  #takeStored(starts: OffsetMap, ends: OffsetMap): boolean {
    return this.#partitions.every((partition) => {
      const key = partitionKey(partition);
      const start = starts.get(key) ?? 0;
      const offset = this.task.state.inputPosition(key) ?? start;
      this.#positions.set(key, offset);
      return offset >= start && offset <= (ends.get(key) ?? 0);
    });
  }

  async #rebuildFrom(starts: OffsetMap): Promise<void> {
    await this.task.state.wipe(this.store);
    for (const partition of this.#partitions) {
      this.#positions.set(partitionKey(partition), starts.get(partitionKey(partition)) ?? 0);
    }
    await this.#write();
  }

  async #write(): Promise<void> {
    const { state } = this.task;
    const identity: ChangelogPosition = { topicId: this.#topicId, leaderEpoch: -1, offset: 0 };
    state.freeze();
    await state.apply({ changelogs: new Map([[this.store, identity]]), inputs: this.#positions });
  }

  async #range(): Promise<TopicRange> {
    const { admin, topic, store, isolation } = this.#options;
    const description = (await admin.describeTopics([topic])).get(topic);
    if (description === undefined) throw topicMissing(topic, store);
    this.#partitions = Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
    return {
      topicId: description.topicId,
      starts: await admin.listOffsets(this.#partitions, 'earliest'),
      ends: await admin.listOffsets(this.#partitions, 'latest', isolation),
    };
  }
}

function topicMissing(topic: string, store: string): MillraceError {
  return new MillraceError({
    code: 'GLOBAL_TOPIC_MISSING',
    kind: 'unavailable',
    message: `topic "${topic}" of global store "${store}" does not exist`,
    hint: 'Create it: the application waits for it.',
    context: { topic, store },
  });
}
