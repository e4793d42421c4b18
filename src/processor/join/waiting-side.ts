import type { UnjoinedKey } from './unjoined-format.js';

/** A walk over the records of one side of a join that wait, by their times. */
export class WaitingSide<K, V> {
  /** Where it stands; undefined before the first and behind the last one. */
  at: UnjoinedKey<K> | undefined;
  values: V | undefined;

  constructor(
    readonly left: boolean,
    private readonly scan: AsyncIterableIterator<readonly [UnjoinedKey<K>, V]>,
  ) {}

  /** Infinity behind the last one. */
  get timeMs(): number {
    return this.at?.timeMs ?? Infinity;
  }

  async advance(): Promise<void> {
    const step = await this.scan.next();
    [this.at, this.values] = step.done === true ? [] : step.value;
  }

  async close(): Promise<void> {
    await this.scan.return?.();
  }
}

/** The order of the store: by time, of one time the right side first. */
export function standsBefore(one: UnjoinedKey<unknown>, other: UnjoinedKey<unknown>): boolean {
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && !one.left && other.left);
}
