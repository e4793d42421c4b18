/** One partition of a changelog that a store is rebuilt from. */
export interface RestoredPartition {
  readonly taskId: string;
  readonly store: string;
  readonly topic: string;
  readonly partition: number;
}

/** Told how the restore of each store's partition goes; a method that throws is logged and otherwise ignored. */
export interface RestoreListener {
  onRestoreStart?(partition: RestoredPartition, startOffset: number, endOffset: number): void;
  /** After each batch: where the store stands now, and how many records the batch held. */
  onBatchRestored?(partition: RestoredPartition, offset: number, records: number): void;
  onRestoreEnd?(partition: RestoredPartition, totalRecords: number): void;
}
