import type { MetricDefinition } from './metric-names.js';
import type { BucketSample, Counter, Histogram, Labels, Sample } from './metrics.js';

/** One line of the exposition. */
export interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Set where it differs from the family's name (`_bucket`, `_sum`, `_count`). */
  readonly metricName?: string;
}

interface Series {
  readonly labels: Labels;
  readonly instrument: unknown;
  readonly samples: () => MetricSample[];
}

/**
 * All series of one metric. Shaped as prom-client's registry asks of a metric (`name`, `get`), so that the record path adds
 * to plain fields and prom-client reads them at a scrape.
 */
export class MetricFamily {
  readonly #series = new Map<string, Series>();
  /** What counters of tasks had counted that were removed, without the label `task`. */
  readonly #gone = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(
    readonly name: string,
    readonly definition: MetricDefinition,
  ) {}

  counter(labels: Labels): Counter {
    return this.#seriesOf(labels, () => {
      const counter = { value: 0 };
      return { instrument: counter, samples: () => [{ value: counter.value, labels }] };
    });
  }

  /** Later readers of the same labels replace earlier ones. */
  gauge(labels: Labels, read: () => number): () => void {
    const key = keyOf(labels);
    const series: Series = { labels, instrument: read, samples: () => [{ value: read(), labels }] };
    this.#series.set(key, series);
    return () => {
      if (this.#series.get(key) === series) this.#series.delete(key);
    };
  }

  histogram(labels: Labels): Histogram {
    return this.#seriesOf(labels, () => {
      const histogram = new BucketHistogram(this.definition.buckets ?? []);
      return { instrument: histogram, samples: () => histogram.samples(this.name, labels) };
    });
  }

  /** Drops every series that carries all these labels. What counters had counted is remembered for {@link read}. */
  remove(labels: Labels): void {
    const wanted = Object.entries(labels);
    for (const [key, series] of this.#series) {
      if (!wanted.every(([name, value]) => series.labels[name] === value)) continue;
      this.#series.delete(key);
      if (this.definition.type === 'counter') this.#remember(series);
    }
  }

  /** @see ReadableMetrics.read */
  read(): Sample[] {
    const now = [...this.#series.values()].flatMap(({ labels, samples }) =>
      samples().map(({ value }) => ({ labels, value })),
    );
    return [...now, ...[...this.#gone.values()].map(({ labels, value }) => ({ labels, value }))];
  }

  /** @see ReadableMetrics.readBuckets */
  readBuckets(): BucketSample[] {
    return [...this.#series.values()].flatMap(({ labels, instrument }) =>
      instrument instanceof BucketHistogram
        ? [{ labels, bounds: instrument.bounds, counts: instrument.countsNow() }]
        : [],
    );
  }

  /** Called by prom-client's registry. */
  get(): { name: string; help: string; type: string; values: MetricSample[] } {
    const { type, help } = this.definition;
    return { name: this.name, help, type, values: [...this.#series.values()].flatMap((series) => series.samples()) };
  }

  #remember({ labels, samples }: Series): void {
    const others = Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'task'));
    const key = keyOf(others);
    const gone = this.#gone.get(key) ?? { labels: others, value: 0 };
    for (const { value } of samples()) gone.value += value;
    this.#gone.set(key, gone);
  }

  #seriesOf<T>(labels: Labels, make: () => { instrument: T; samples(): MetricSample[] }): T {
    const key = keyOf(labels);
    let series = this.#series.get(key);
    if (!series) {
      series = { labels, ...make() };
      this.#series.set(key, series);
    }
    return series.instrument as T; // a family holds one type of instrument only
  }
}

/** Counts per bucket; the sums that Prometheus wants are made at the scrape. */
class BucketHistogram implements Histogram {
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  countsNow(): number[] {
    return [...this.#counts];
  }

  samples(name: string, labels: Labels): MetricSample[] {
    let total = 0;
    const buckets = [...this.#counts].map((count, bucket) => {
      total += count;
      return { metricName: `${name}_bucket`, value: total, labels: { ...labels, le: this.bounds[bucket] ?? '+Inf' } };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, value: this.#sum, labels },
      { metricName: `${name}_count`, value: total, labels },
    ];
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
