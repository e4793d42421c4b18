import { describe, expect, it } from '@jest/globals';
import { gatheredQueries } from '../../../src/query/gathered-queries.js';
import { Record } from '../../../src/query/gen/millrace/query/v1/record.js';
import {
  GetRequest,
  ListRequest,
  MultiGetRequest,
  RangeRequest,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { storeUnavailableError } from '../../../src/query/query-errors.js';
import type { Queries } from '../../../src/query/query-methods.js';

/** What a process holds of the store: keys, in order. `restoring`: it cannot tell. */
type Holding = readonly string[] | 'nothing' | 'restoring';

const record = (key: string): Record => Record.fromPartial({ key, value: key.toUpperCase() });
const position = (partition: number) => ({ offsets: [{ topic: 'in', partition, offset: 5 }] });

/** A process that holds some keys; an answer of it has two rows at most. */
function processWith(holding: Holding, partition: number): Queries {
  const keys = (): readonly string[] => {
    if (holding === 'restoring') throw storeUnavailableError('RESTORING', 's', 'it is being restored');
    if (holding === 'nothing') throw storeUnavailableError('NOT_ACTIVE', 's', 'no task with it runs here');
    return holding;
  };
  const found = (key: unknown) => keys().find((own) => own === key);
  const answer = (key: unknown) => {
    const own = found(key);
    return { record: own === undefined ? undefined : record(own), position: position(partition) };
  };
  const queries: Partial<Queries> = {
    get: async ({ key }) => Promise.resolve(answer(key)),
    multiGet: async ({ keys: asked }) => Promise.resolve({ results: asked.map(answer) }),
    list: async ({ pageToken }) => {
      const from = Number(pageToken);
      const nextPageToken = from + 2 < keys().length ? String(from + 2) : '';
      const records = keys().slice(from, from + 2).map(record); // prettier-ignore
      return Promise.resolve({ records, nextPageToken, position: position(partition) });
    },
    async *range({ limit }) {
      await Promise.resolve();
      const asked = limit === 0 ? keys() : keys().slice(0, limit);
      if (asked.length > 0) yield { records: asked.map(record), position: undefined };
      yield { records: [], position: position(partition) };
    },
  };
  return queries as Queries; // the other queries are not asked for
}

/** Undefined stands for a process that is starting. */
function together(holdings: readonly (Holding | undefined)[], globalStores: readonly string[] = []): Queries {
  const members = holdings.map((holding, index) => (holding === undefined ? undefined : processWith(holding, index)));
  return gatheredQueries({ members: () => members, isGlobal: (store) => globalStores.includes(store) });
}

const get = (queries: Queries, key: string) => queries.get(GetRequest.fromPartial({ store: 's', key }));

async function ranged(queries: Queries, limit = 0): Promise<{ keys: unknown[]; partitions: number[] }> {
  const [keys, partitions]: [unknown[], number[]] = [[], []];
  for await (const message of queries.range(RangeRequest.fromPartial({ store: 's', limit }))) {
    keys.push(...message.records.map(({ key }) => key as unknown));
    partitions.push(...(message.position?.offsets.map(({ partition }) => partition) ?? []));
  }
  return { keys, partitions };
}

describe('a point read of several processes', () => {
  it('finds the key wherever it is, also while others cannot tell', async () => {
    expect((await get(together(['restoring', undefined, ['a', 'b']]), 'b')).record?.value).toBe('B');
  });

  it('says that there is none when every process has said so', async () => {
    expect((await get(together([['a'], 'nothing', ['b']]), 'x')).record).toBeUndefined();
  });

  it.each([
    ['is being restored', [['a'], 'restoring'] as const, 'RESTORING'],
    ['is starting', [['a'], undefined] as const, 'NOT_ACTIVE'],
  ])('is unavailable while a process that may have it %s', async (_, holdings, code) => {
    await expect(get(together(holdings), 'x')).rejects.toMatchObject({ code, kind: 'unavailable' });
  });

  it('asks any one of a global store', async () => {
    expect((await get(together([['a'], undefined], ['s']), 'x')).record).toBeUndefined();
  });

  it('takes many keys at once, in the order of the request', async () => {
    const request = MultiGetRequest.fromPartial({ store: 's', keys: ['b', 'x', 'a'] });
    const { results } = await together([['a'], 'nothing', ['b']]).multiGet(request);
    expect(results.map((result) => result.record?.key as unknown)).toEqual(['b', undefined, 'a']);
  });
});

describe('a scan of several processes', () => {
  it('gives the rows of one after the other, then how far all have come', async () => {
    expect(await ranged(together([['a', 'c'], 'nothing', ['b']]))).toEqual({
      keys: ['a', 'c', 'b'],
      partitions: [0, 2],
    });
  });

  it('gives no more rows than are wanted', async () => {
    expect(
      (
        await ranged(
          together([
            ['a', 'c'],
            ['b', 'd'],
          ]),
          3,
        )
      ).keys,
    ).toEqual(['a', 'c', 'b']);
  });

  it('is unavailable while a part is missing, and where nobody has the store', async () => {
    await expect(ranged(together([['a'], undefined]))).rejects.toMatchObject({ code: 'NOT_ACTIVE' });
    await expect(ranged(together([['a'], 'restoring']))).rejects.toMatchObject({ code: 'RESTORING' });
    await expect(ranged(together(['nothing', 'nothing']))).rejects.toMatchObject({ code: 'NOT_ACTIVE' });
  });

  it('is read page by page, by tokens that say of which process', async () => {
    const queries = together([['a', 'b', 'c'], 'nothing', [], ['d']]);
    const keys: unknown[] = [];
    let pageToken = '';
    do {
      const page = await queries.list(ListRequest.fromPartial({ store: 's', pageToken }));
      keys.push(...page.records.map(({ key }) => key as unknown));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(keys).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a token that is none', async () => {
    const request = ListRequest.fromPartial({ store: 's', pageToken: 'abc' });
    await expect(together([['a']]).list(request)).rejects.toMatchObject({ code: 'BAD_PAGE_TOKEN' });
  });
});
