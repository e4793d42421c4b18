/** A line of a chart: values by time; null where there is none. */
export type Line = readonly (number | null)[];

/** What was measured while the page was open: named lines over common times, the oldest forgotten first. */
export class History {
  readonly #timesMs: number[] = [];
  readonly #lines = new Map<string, (number | null)[]>();

  /** @param capacity moments that are kept */
  constructor(private readonly capacity: number) {}

  get timesMs(): readonly number[] {
    return this.#timesMs;
  }

  /** Adds one moment; a line that has no value then gets a gap. */
  add(atMs: number, values: ReadonlyMap<string, number | undefined>): void {
    for (const name of values.keys()) {
      if (!this.#lines.has(name)) this.#lines.set(name, this.#timesMs.map(() => null)); // prettier-ignore
    }
    this.#timesMs.push(atMs);
    for (const [name, line] of this.#lines) line.push(values.get(name) ?? null);
    if (this.#timesMs.length > this.capacity) this.#forgetOldest();
  }

  /** A line that was never measured is all gaps. */
  line(name: string): Line {
    return this.#lines.get(name) ?? this.#timesMs.map(() => null);
  }

  #forgetOldest(): void {
    this.#timesMs.shift();
    for (const [name, line] of this.#lines) {
      line.shift();
      if (line.every((value) => value === null)) this.#lines.delete(name);
    }
  }
}
