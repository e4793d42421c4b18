import type { Vector } from './vector.js';

export type Outcome = 'passed' | 'failed' | 'skipped';

/** Counts vectors by outcome, and the passed ones by tag. */
export class Outcomes {
  readonly #byTag = new Map<string, { passed: number; all: number }>();
  readonly #counts = { passed: 0, failed: 0, skipped: 0 };

  add({ tags }: Pick<Vector, 'tags'>, outcome: Outcome): void {
    this.#counts[outcome]++;
    for (const tag of tags) {
      const row = this.#byTag.get(tag) ?? { passed: 0, all: 0 };
      this.#byTag.set(tag, { passed: row.passed + (outcome === 'passed' ? 1 : 0), all: row.all + 1 });
    }
  }

  get failed(): number {
    return this.#counts.failed;
  }

  /** The pass rate by tag, then `N passed, M failed, K skipped`. */
  toString(): string {
    const rows = [...this.#byTag].sort(([left], [right]) => (left < right ? -1 : 1));
    const { passed, failed, skipped } = this.#counts;
    return [
      `${'tag'.padEnd(24)} passed    of`,
      ...rows.map(([tag, row]) => `${tag.padEnd(24)} ${String(row.passed).padStart(6)} ${String(row.all).padStart(5)}`),
      '',
      `${passed} passed, ${failed} failed, ${skipped} skipped`,
    ].join('\n');
  }
}
