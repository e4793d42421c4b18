import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  NOT_PUT,
  VALID_TO_UNDEFINED,
  type VersionedKeyValueStore,
  type VersionedRecord,
} from '../../../src/state/store.js';
import { OpenedState, versionedDefinition, type StoreWorld } from '../../../src/testing/contract/store/store-world.js';

const RETENTION_MS = 50;
const KEYS = ['a', 'ab', ''];
const ROOT = mkdtempSync(join(tmpdir(), 'millrace-versions-'));
afterAll(() => {
  rmSync(ROOT, { recursive: true, force: true });
});

let folders = 0;
const memory: StoreWorld = { name: 'memory', storage: 'memory', durable: false, directory: () => undefined };
const disk: StoreWorld = {
  name: 'leveldb',
  storage: 'leveldb',
  durable: true,
  directory: () => join(ROOT, String(folders++)),
};

type Step =
  | { readonly what: 'put'; readonly key: string; readonly value: string | null; readonly time: number }
  | { readonly what: 'delete'; readonly key: string; readonly time: number }
  | { readonly what: 'commit' | 'abort' | 'restore' | 'restart' | 'expire' };

const key = fc.constantFrom(...KEYS);
const time = fc.nat(150);
const put = fc.record({ what: fc.constant('put' as const), key, value: fc.option(fc.string({ maxLength: 4 })), time });
const remove = fc.record({ what: fc.constant('delete' as const), key, time });
const life = fc.record({ what: fc.constantFrom('commit', 'abort', 'restore', 'restart', 'expire') });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: put }, { weight: 2, arbitrary: remove }, { weight: 2, arbitrary: life }),
  { maxLength: 50 },
);

/** Since when each value of each key is valid, by time; null: the key was deleted. */
class ListModel {
  constructor(
    readonly keys: ReadonlyMap<string, readonly (readonly [number, string | null])[]> = new Map(),
    readonly observedMs = -1,
  ) {}

  of(key: string): readonly (readonly [number, string | null])[] {
    return this.keys.get(key) ?? [];
  }

  isExpired(time: number): boolean {
    return time < this.observedMs - RETENTION_MS;
  }

  with(key: string, value: string | null, time: number): ListModel {
    if (this.isExpired(time)) return this;
    const old = this.of(key);
    const before = old.filter(([since]) => since < time);
    const after = old.filter(([since]) => since > time);
    const replaces = old.find(([since]) => since === time)?.[1] ?? null;
    // Nothing tells of a deletion that takes the place of the latest version where no other one ends, as in Kafka Streams.
    const forgotten =
      value === null && replaces !== null && after.length === 0 && (before.at(-1)?.[1] ?? null) === null;
    const list = [...before, ...(forgotten ? [] : [[time, value] as const]), ...after];
    return new ListModel(new Map(this.keys).set(key, list), Math.max(this.observedMs, time));
  }

  get(key: string, asOf: number): string | undefined {
    const list = this.of(key);
    const found = list.findLast(([since]) => since <= asOf);
    return this.isExpired(asOf) && found !== list.at(-1) ? undefined : (found?.[1] ?? undefined);
  }

  /** Those that ended within the retention. */
  versions(key: string, from: number, to: number): string[] {
    const list = this.of(key);
    return list.flatMap(([since, value], at) => {
      const end = list[at + 1]?.[0];
      return value === null || since > to || (end ?? Infinity) <= from ? [] : [`${since}-${end ?? ''}=${value}`];
    });
  }
}

async function compare(world: StoreWorld, all: readonly Step[]): Promise<void> {
  const definition = versionedDefinition(world, { historyRetentionMs: RETENTION_MS, segmentIntervalMs: 10 });
  let opened = await OpenedState.open(world, [definition]);
  let [model, committed, loggedWithCommit] = [new ListModel(), new ListModel(), 0];
  const abort = (): void => {
    model = committed;
    opened.context.logged.length = loggedWithCommit; // as under read_committed
  };
  for (const step of all) {
    const store = opened.versioned<string, string>();
    switch (step.what) {
      case 'put': {
        const validTo = store.put(step.key, step.value, step.time);
        const next = model.of(step.key).find(([since]) => since > step.time)?.[0] ?? VALID_TO_UNDEFINED;
        expect(validTo).toBe(model.isExpired(step.time) ? NOT_PUT : next);
        model = model.with(step.key, step.value, step.time);
        break;
      }
      case 'delete': {
        const present = model.isExpired(step.time) ? undefined : model.get(step.key, step.time);
        expect(store.delete(step.key, step.time)?.value).toBe(present);
        model = model.with(step.key, null, step.time);
        break;
      }
      case 'commit':
      case 'expire':
        await opened.commit();
        if (step.what === 'expire') await opened.state.deleteExpired();
        [committed, loggedWithCommit] = [model, opened.context.logged.length];
        break;
      case 'abort':
        opened.state.abort();
        abort();
        break;
      case 'restore':
        abort();
        opened = await opened.restored(world);
        break;
      case 'restart': {
        const { logged } = opened.context;
        if (!world.durable) break;
        opened = await opened.reopen(world);
        opened.context.logged.push(...logged);
        abort();
      }
    }
    expectEqual(opened.versioned(), model);
  }
  await opened.state.close();
}

/** One comparison of all that can be read: a matcher for each would take most of the time. */
function expectEqual(store: VersionedKeyValueStore<string, string>, model: ListModel): void {
  const times = Array.from({ length: 22 }, (_, index) => 7 * index);
  const oldest = Math.max(0, model.observedMs - RETENTION_MS);
  const ranges = [[oldest, 200], [oldest + 13, oldest + 29]] as const; // prettier-ignore
  const read = KEYS.map((key) => ({
    latest: store.get(key)?.value,
    asOf: times.map((time) => store.get(key, time)?.value),
    versions: ranges.map(([from, to]) => [...store.versions(key, from, to)].map(text)),
  }));
  const expected = KEYS.map((key) => ({
    latest: model.of(key).at(-1)?.[1] ?? undefined,
    asOf: times.map((time) => model.get(key, time)),
    versions: ranges.map(([from, to]) => model.versions(key, from, to)),
  }));
  expect([store.observedTimeMs, read]).toEqual([model.observedMs, expected]);
}

function text({ timestamp, validTo, value }: VersionedRecord<string>): string {
  return `${timestamp}-${validTo ?? ''}=${value}`;
}

it.each([
  ['in memory', memory, 150],
  ['on disk', disk, 40],
])('%s, whatever is put, deleted, committed, aborted and restored reads as a list does', async (_, world, numRuns) => {
  await fc.assert(
    fc.asyncProperty(steps, (all) => compare(world, all)),
    { numRuns },
  );
}, 240_000); // prettier-ignore
