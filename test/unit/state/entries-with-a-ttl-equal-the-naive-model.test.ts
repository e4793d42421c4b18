import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeyValueStore } from '../../../src/state/store.js';
import { OpenedState, collect, keyValueDefinition } from '../../../src/testing/contract/store/store-world.js';
import type { StoreWorld } from '../../../src/testing/contract/store/store-world.js';

const TTL_MS = 20;

type Step =
  | { readonly do: 'put'; readonly key: string; readonly late: number; readonly ttl: number | undefined }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'commit' | 'abort' | 'flush' | 'sweep' };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), key, late: fc.nat(30), ttl: shorterTtl() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(15) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('commit', 'abort', 'flush', 'sweep') }) },
);

function shorterTtl(): fc.Arbitrary<number | undefined> {
  return fc.option(fc.integer({ min: 1, max: TTL_MS }), { nil: undefined });
}

/** What there is, told without any of the store's machinery: the value of a key and when it is gone. */
class Model {
  #rows = new Map<string, { readonly value: string; readonly endMs: number }>();
  #committed = new Map(this.#rows);

  put(of: string, value: string, endMs: number): void {
    this.#rows.set(of, { value, endMs });
  }
  delete(of: string): void {
    this.#rows.delete(of);
  }
  commit(): void {
    this.#committed = new Map(this.#rows);
  }
  abort(): void {
    this.#rows = new Map(this.#committed);
  }
  at(nowMs: number): [string, string][] {
    return [...this.#rows]
      .flatMap(([of, { value, endMs }]): [string, string][] => (endMs > nowMs ? [[of, value]] : []))
      .sort();
  }
}

async function run(world: StoreWorld, cacheMaxBytes: number, steps: readonly Step[]): Promise<void> {
  const definition = keyValueDefinition(world, { ttlMs: TTL_MS, caching: cacheMaxBytes > 0 });
  const opened = await OpenedState.open(world, [definition], cacheMaxBytes);
  const store: KeyValueStore<string, string> = opened.keyValue();
  const model = new Model();
  let nowMs = 100;
  let committedMs = nowMs;
  for (const [index, now] of steps.entries()) {
    opened.context.at(nowMs);
    if (now.do === 'pass') nowMs += now.ms;
    else if (now.do === 'put') {
      opened.context.at(nowMs - now.late);
      store.put(now.key, String(index), now.ttl === undefined ? undefined : { ttl: now.ttl });
      model.put(now.key, String(index), nowMs - now.late + (now.ttl ?? TTL_MS));
    } else if (now.do === 'delete') {
      store.delete(now.key);
      model.delete(now.key);
    } else if (now.do === 'commit') {
      await opened.commit();
      model.commit();
      committedMs = nowMs;
    } else if (now.do === 'abort') {
      opened.state.abort();
      model.abort();
      nowMs = committedMs;
      opened.context.restart(nowMs);
    } else if (now.do === 'flush') opened.state.flushCaches(2);
    else await opened.state.deleteExpired();
    opened.context.at(nowMs);
    expect(await collect(store.all())).toEqual(model.at(nowMs));
    for (const [of, value] of model.at(nowMs)) expect(store.get(of)).toBe(value);
  }
  await opened.state.close();
}

const root = mkdtempSync(join(tmpdir(), 'millrace-ttl-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
const worlds: StoreWorld[] = [
  { name: 'on disk', storage: 'leveldb', durable: true, directory: () => join(root, String(folders++)) },
  { name: 'in memory', storage: 'memory', durable: false, directory: () => undefined },
];

describe.each(worlds)('entries with a ttl, $name', (world) => {
  it.each([0, 1_000_000])('are there exactly as long as the naive model says (cache of %d bytes)', (cacheMaxBytes) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) => run(world, cacheMaxBytes, steps)),
      { numRuns: 60 },
    ),
  );
});
