import { deepEqual } from 'node:assert/strict';
import type { KeyValueStore, WindowStore } from '../../../state/store.js';
import type { Random } from '../../../util/random.js';
import { seededRandom } from '../../../util/random.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, collect, keyValueDefinition, windowDefinition } from './store-world.js';
import type { StoreWorld } from './store-world.js';

const SEEDS = [1, 2, 3, 4];
const STEPS = 400;
const KEYS = ['', 'a', 'ab', 'abc', 'b', 'ba', 'é', 'z'.repeat(40)];
const RETENTION_MS = 100_000;
/** So little that clean entries are evicted all the time. */
const MEMORY_BYTES = 6_000;

/** What a task state is, told without any of its machinery: three generations, copied whole. */
class Model<T> {
  active: T;
  private frozen: T;
  private base: T;

  constructor(
    initial: T,
    private readonly copy: (state: T) => T,
  ) {
    this.active = initial;
    this.frozen = copy(initial);
    this.base = copy(initial);
  }
  freeze(): void {
    this.frozen = this.copy(this.active);
  }
  apply(): void {
    this.base = this.frozen;
  }
  abort(): void {
    this.active = this.copy(this.base);
  }
}

interface Windows {
  /** By `key@start`. */
  readonly rows: Map<string, string>;
  observedMs: number;
}

/** Random writes, reads, scans, commits and aborts are what a naive model says, for every seed. */
export function modelCases(world: StoreWorld): ContractCase[] {
  return SEEDS.flatMap((seed) =>
    [0, 2_000, 1_000_000].map((cacheMaxBytes): ContractCase => ({
      name: `any interleaving of ${STEPS} steps equals the model (seed ${seed}, cache of ${cacheMaxBytes} bytes)`,
      run: async () => {
        await runKeyValue(world, seededRandom(seed), cacheMaxBytes);
        await runWindows(world, seededRandom(seed), cacheMaxBytes);
      },
    })),
  );
}

async function runKeyValue(world: StoreWorld, random: Random, cacheMaxBytes: number): Promise<void> {
  const definition = keyValueDefinition(world, { caching: true });
  const opened = await OpenedState.open(world, [definition], cacheMaxBytes, world.directory(), MEMORY_BYTES);
  const store = opened.keyValue<string, string>();
  const model = new Model(new Map<string, string>(), (rows) => new Map(rows));
  const committing = new Committing(opened, model, random);
  for (let step = 0; step < STEPS; step++) {
    const key = pick(KEYS, random);
    if (random.next() < 0.5) {
      const value = random.next() < 0.25 ? null : String(step).repeat(1 + Math.floor(random.next() * 20));
      store.put(key, value);
      if (value === null) model.active.delete(key);
      else model.active.set(key, value);
    }
    deepEqual(store.get(key), model.active.get(key));
    await committing.maybe();
    if (step % 20 === 0) await compareScans(store, model.active, random);
  }
  await opened.state.close();
}

async function compareScans(
  store: KeyValueStore<string, string>,
  model: Map<string, string>,
  random: Random,
): Promise<void> {
  const rows = [...model].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const bounds = [pick(KEYS, random), pick(KEYS, random)].sort() as [string, string];
  const within = rows.filter(([key]) => Buffer.compare(Buffer.from(key), Buffer.from(bounds[0])) >= 0);
  const between = within.filter(([key]) => Buffer.compare(Buffer.from(key), Buffer.from(bounds[1])) <= 0);
  deepEqual(await collect(store.all()), rows);
  deepEqual(await collect(store.reverseAll()), [...rows].reverse());
  deepEqual(await collect(store.range(...bounds)), between);
  deepEqual(await collect(store.reverseRange(...bounds)), [...between].reverse());
}

async function runWindows(world: StoreWorld, random: Random, cacheMaxBytes: number): Promise<void> {
  const definition = windowDefinition(world, { caching: cacheMaxBytes > 0 && random.next() < 0.5 });
  const opened = await OpenedState.open(world, [definition], cacheMaxBytes, world.directory(), MEMORY_BYTES);
  const store = opened.window<string, string>();
  const copy = ({ rows, observedMs }: Windows): Windows => ({ rows: new Map(rows), observedMs });
  const model = new Model<Windows>({ rows: new Map(), observedMs: -1 }, copy);
  const committing = new Committing(opened, model, random);
  let now = 0;
  for (let step = 0; step < STEPS; step++) {
    now += Math.floor(random.next() * 2_000);
    const key = pick(KEYS, random);
    // Late by less than the retention: whether a later put is taken depends on the storage and has cases of its own.
    const startMs = Math.max(0, now - Math.floor((random.next() * RETENTION_MS) / 2));
    store.put(key, String(step), startMs);
    model.active.rows.set(`${key}@${startMs}`, String(step));
    model.active.observedMs = Math.max(model.active.observedMs, startMs);
    deepEqual(store.fetch(key, startMs), String(step));
    await committing.maybe();
    if (step % 20 === 0) await compareWindows(opened, store, model.active, key, now);
  }
  await opened.state.close();
}

async function compareWindows(
  opened: OpenedState,
  store: WindowStore<string, string>,
  model: Windows,
  key: string,
  now: number,
): Promise<void> {
  while (opened.state.flushCaches(7) > 0);
  if (now % 3 === 0) await opened.state.deleteExpired();
  const shown = [...model.rows]
    .map(([at, value]) => ({
      key: at.slice(0, at.lastIndexOf('@')),
      startMs: Number(at.slice(at.lastIndexOf('@') + 1)),
      value,
    }))
    .filter(({ startMs }) => startMs > model.observedMs - RETENTION_MS);
  const byTime = (a: { startMs: number }, b: { startMs: number }): number => a.startMs - b.startMs;
  const ofKey = shown.filter((row) => row.key === key).sort(byTime);
  const plain = async (scan: ReturnType<typeof store.all>) =>
    (await collect(scan)).map(({ key: read, startMs, value }) => ({ key: read, startMs, value }));
  deepEqual(await plain(store.fetchRange(key, 0, now)), ofKey);
  deepEqual(
    await plain(store.backwardFetchRange(key, now - 30_000, now)),
    ofKey.filter(({ startMs }) => startMs >= now - 30_000).reverse(),
  );
  const sorted = (rows: typeof shown): string[] => rows.map((row) => JSON.stringify(row)).sort();
  deepEqual(sorted(await plain(store.all())), sorted(shown));
}

/** Freezes, applies and aborts at random, on the store and on the model. */
class Committing {
  private frozen = false;

  constructor(
    private readonly opened: OpenedState,
    private readonly model: Pick<Model<unknown>, 'freeze' | 'apply' | 'abort'>,
    private readonly random: Random,
  ) {}

  async maybe(): Promise<void> {
    const chance = this.random.next();
    const { state } = this.opened;
    if (chance < 0.08 && !this.frozen) {
      while (state.flushCaches(3) > 0);
      state.freeze();
      this.model.freeze();
      this.frozen = true;
    } else if (chance < 0.16 && this.frozen) {
      await state.apply({ changelogs: new Map(), inputs: new Map() });
      this.model.apply();
      this.frozen = false;
    } else if (chance > 0.98) {
      state.abort();
      this.model.abort();
      this.frozen = false;
    } else if (chance > 0.9) {
      state.flushCaches(2);
    }
  }
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random.next() * items.length)] as T; // within bounds
}
