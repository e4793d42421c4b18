import type { ProcessorMetadata } from '../../topology/processor.js';

/** Processor metadata that knows whether it has to be committed. @see ProcessorMetadata */
export class CommittedMetadata implements ProcessorMetadata {
  /** Something was put since the last commit. */
  changed = false;
  readonly #values = new Map<string, number>();

  get values(): ReadonlyMap<string, number> {
    return this.#values;
  }

  get(name: string): number | undefined {
    return this.#values.get(name);
  }

  put(name: string, value: number): void {
    this.#values.set(name, value);
    this.changed = true;
  }

  /** Takes what one partition's commit carried; of two values the larger counts, since a partition may be behind. */
  merge(values: ReadonlyMap<string, number>): void {
    for (const [name, value] of values) {
      const known = this.#values.get(name);
      if (known === undefined || known < value) this.#values.set(name, value);
    }
  }

  clear(): void {
    this.#values.clear();
    this.changed = false;
  }
}
