/**
 * How every layer counts. A counter is a plain object whose field is added to, so the record path pays one addition; the
 * exposition reads them when Prometheus asks. Names stand in metric-names.ts.
 */
export interface Counter {
  value: number;
}

/** Buckets are fixed per name (metric-names.ts); `observe` in the metric's unit (seconds, bytes, records). */
export interface Histogram {
  observe(value: number): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  /** The same name and labels give the same counter. */
  counter(name: string, labels?: Labels): Counter;
  /** `read` is called at each scrape until the returned function removes the gauge. */
  gauge(name: string, labels: Labels, read: () => number): () => void;
  histogram(name: string, labels?: Labels): Histogram;
  /** Drops every series with these labels (a task that moved away). */
  remove(labels: Labels): void;
}

/** The value of one series. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** The buckets of one series of a histogram. */
export interface BucketSample {
  readonly labels: Labels;
  /** Upper bounds, in the metric's unit, ascending; beyond the last is one bucket more. */
  readonly bounds: readonly number[];
  /** Observations in each bucket so far. */
  readonly counts: readonly number[];
}

/** What was counted, for those who tell of it in another form than Prometheus'. */
export interface ReadableMetrics {
  /**
   * Every series of a counter or gauge, now. What counters of tasks that are gone had counted is still told, as a series
   * without the label `task`: a sum over tasks never goes back.
   */
  read(name: string): readonly Sample[];
  /** Every series of a histogram, now. */
  readBuckets(name: string): readonly BucketSample[];
}

/** Counts without exposing: for tests and tools. */
export const noMetrics: Metrics = {
  counter: () => ({ value: 0 }),
  gauge: () => () => undefined,
  histogram: () => ({ observe: () => undefined }),
  remove: () => undefined,
};
