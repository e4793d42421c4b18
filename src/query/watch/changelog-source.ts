import type { PackedRecords } from './packed-records.js';

/** The topic that a store's changes are in. */
export interface WatchedTopic {
  readonly topic: string;
  /** Given where the application reads the topic itself: what its group has not processed is not in the store yet. */
  readonly group: string | undefined;
  /** It is an input of the application: it may hold what is no row. */
  readonly writtenByOthers: boolean;
}

/** Where a watched topic begins and ends; what is committed later is behind `ends`. Both by partition. */
export interface ChangelogRange {
  readonly topicId: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A watched topic that is there. */
export interface FoundTopic extends WatchedTopic {
  readonly topicId: string;
}

/** A partition of a watched topic, and from which offset on it is read. */
export interface ChangelogPlace extends FoundTopic {
  readonly partition: number;
  readonly offset: number;
}

/** What was read next. */
export interface ChangelogBatch {
  /** Committed ones, in offset order; may be none. */
  readonly records: PackedRecords;
  readonly nextOffset: number;
  /** Nothing more is committed for now. */
  readonly caughtUp: boolean;
}

/** Reads the changelogs of watched stores, wherever the broker's client is. */
export interface ChangelogSource {
  /** Undefined: there is no such topic yet. */
  changelogRange(topic: WatchedTopic): Promise<ChangelogRange | undefined>;
  /**
   * Reads on until it is closed; gives a batch at least every second, so that whoever reads can end. Reads ahead of its
   * reader by one batch.
   * @throws MillraceError `CURSOR_OUT_OF_RANGE`, `CHANGELOG_REPLACED`
   */
  readChangelog(place: ChangelogPlace): AsyncIterable<ChangelogBatch>;
}
