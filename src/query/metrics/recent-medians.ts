import type { ReadableMetrics } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';
import { medianOf } from './median.js';

/** How far back the medians reach, as long as somebody asks that often. */
const REACH_MS = 60_000;
/** Least time between two looks that are remembered. */
const SPACING_MS = 5_000;

interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** What a histogram had counted at one time: buckets by application, then by node. */
interface Look {
  readonly atMs: number;
  readonly applications: ReadonlyMap<string, ReadonlyMap<string, Buckets>>;
}

/**
 * Medians of a histogram by node, over the last minute: the difference between what it counts now and what it had counted at
 * an earlier look. Where nobody looked for longer than that they reach back to the look before, at first to the start.
 */
export class RecentMedians {
  #looks: readonly Look[] = [];

  constructor(
    private readonly metrics: ReadableMetrics,
    private readonly name: string,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** Takes a look; what it gives tells the medians of an application by node. */
  look(): (application: string) => ReadonlyMap<string, number> {
    const now: Look = { atMs: this.clock.monotonicMs(), applications: this.#bucketsNow() };
    const base = this.#looks.find(({ atMs }) => now.atMs - atMs <= REACH_MS) ?? this.#looks.at(-1);
    this.#remember(now);
    return (application) => {
      const before = base?.applications.get(application);
      const medians = new Map<string, number>();
      for (const [node, { bounds, counts }] of now.applications.get(application) ?? []) {
        const median = medianOf(bounds, since(counts, before?.get(node)?.counts));
        if (median !== undefined) medians.set(node, median);
      }
      return medians;
    };
  }

  #remember(now: Look): void {
    const last = this.#looks.at(-1);
    if (last && now.atMs - last.atMs < SPACING_MS) return;
    const near = this.#looks.filter(({ atMs }) => now.atMs - atMs < REACH_MS);
    this.#looks = [...near, now];
  }

  #bucketsNow(): Look['applications'] {
    const applications = new Map<string, Map<string, Buckets>>();
    for (const { labels, bounds, counts } of this.metrics.readBuckets(this.name)) {
      const { application = '', node = '' } = labels;
      const nodes = applications.get(application) ?? new Map<string, Buckets>();
      const known = nodes.get(node)?.counts;
      nodes.set(node, { bounds, counts: counts.map((count, bucket) => count + (known?.[bucket] ?? 0)) });
      applications.set(application, nodes);
    }
    return applications;
  }
}

/** What was counted since; a task that is gone took its part along. */
function since(counts: readonly number[], before: readonly number[] | undefined): readonly number[] {
  return counts.map((count, bucket) => Math.max(0, count - (before?.[bucket] ?? 0)));
}
