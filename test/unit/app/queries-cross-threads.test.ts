import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallAnswerer } from '../../../src/app/query-thread/answer-calls.js';
import { ForwardedQueries } from '../../../src/app/query-thread/forwarded-queries.js';
import type { ToQueryThread, ToStreamThread } from '../../../src/app/query-thread/thread-messages.js';
import { GetRequest, RangeRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import type { AnswerQueryRequest, OwnQueries } from '../../../src/query/own-queries.js';
import type { Queries } from '../../../src/query/query-methods.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../src/query/topology-queries.js';
import { systemClock } from '../../../src/util/time.js';
import { nothingRunning } from '../../support/nothing-running.js';
import { ReadableFixture } from '../../support/readable-application.js';

let bank: ReadableFixture;
let queries: Queries;
let own: OwnQueries;
let sent: ToStreamThread[];

/** Both ends in one thread, with what a thread boundary does to messages. */
beforeEach(async () => {
  bank = await ReadableFixture.open();
  sent = [];
  const catalog = new StoreCatalog(() => [bank]);
  const local = {
    ...createLocalStateQueries(catalog, systemClock),
    ...createTopologyQueries(catalog, { grpc: '', http: '' }, nothingRunning),
    answerQuery: ({ query, input }: AnswerQueryRequest) => Promise.resolve({ query, ...input }),
  };
  const answerer: CallAnswerer = new CallAnswerer(local, (message: ToQueryThread) => {
    forwarded.take(structuredClone(message));
  });
  const forwarded = new ForwardedQueries((message) => {
    sent.push(message);
    answerer.take(structuredClone(message));
  });
  queries = forwarded.queries;
  own = forwarded.queries;
});
afterEach(() => bank.close());

describe('a query that another thread answers', () => {
  it('gives one message, or a stream of them', async () => {
    for (let index = 0; index < 1_000; index++) bank.balances(0).put(`key-${index}`, index);
    expect((await queries.get(GetRequest.create({ store: 'balances', key: 'key-7' }))).record?.value).toBe(7);
    let records = 0;
    for await (const batch of queries.range(RangeRequest.create({ store: 'balances' })))
      records += batch.records.length;
    expect(records).toBe(1_000);
  });

  it('may be one that the topology defines itself', async () => {
    const answer = await own.answerQuery({ application: 'bank', query: 'balance', input: { wallet_id: 'b' } });
    expect(answer).toEqual({ query: 'balance', wallet_id: 'b' });
  });

  it('reads only as far as it is asked, and ends when nobody asks on', async () => {
    for (let index = 0; index < 1_000; index++) bank.balances(0).put(`key-${index}`, index);
    for await (const batch of queries.range(RangeRequest.create({ store: 'balances' }))) {
      if (batch.records.length > 0) break;
    }
    expect(sent.map(({ type }) => type)).toEqual(['call', 'pull', 'cancel']);
  });

  it('is unavailable when it is given up before it is answered', async () => {
    const gaveUp = new AbortController();
    const query = queries.get(GetRequest.create({ store: 'balances', key: 'a' }), { signal: gaveUp.signal });
    gaveUp.abort();
    await expect(query).rejects.toMatchObject({ code: 'NOT_ACTIVE', kind: 'unavailable' });
    expect(sent.map(({ type }) => type)).toEqual(['call', 'pull', 'cancel']);
  });

  it('fails with the error of the other thread', async () => {
    const failed = queries.get(GetRequest.create({ store: 'none', key: 'a' }));
    await expect(failed).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
      kind: 'invalid',
      context: { store: 'none' },
    });
  });
});
