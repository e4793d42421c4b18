import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createPrometheusMetrics } from '../../../src/observability/prometheus-metrics.js';
import { CallsUnderWay } from '../../../src/query/access/call-limits.js';
import { RateLimit } from '../../../src/query/access/rate-limit.js';
import {
  FetchWindowsRequest,
  GetRequest,
  RangeRequest,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { outcome, outcomeOf, ServedBank } from '../../support/access/served-bank.js';
import { ManualClock } from '../../support/manual-clock.js';

const STREAMS = 10;
const get = GetRequest.create({ store: 'balances', key: 'b1' });
let served: ServedBank | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe('calls under way', () => {
  it('are bounded for each address and for all, and give their places back', () => {
    const calls = new CallsUnderWay({ maxCalls: 3, maxCallsPerPeer: 2 });
    for (const peer of ['a', 'a', 'b']) calls.enter(peer);
    expect(() => { calls.enter('a'); }).toThrow('calls from a at a time: at most 2'); // prettier-ignore
    expect(() => { calls.enter('b'); }).toThrow('calls at a time: at most 3'); // prettier-ignore
    calls.leave('a');
    calls.enter('b');
    expect(calls.count).toBe(3);
  });
});

describe('calls a second', () => {
  it('are bounded for each caller, who is told when to come back', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(4, clock);
    for (let call = 0; call < 4; call++) rate.take('a');
    expect(() => { rate.take('a'); }).toThrow(expect.objectContaining({ context: { limit: 4, retryDelayMs: 250 } })); // prettier-ignore
    rate.take('b');
  });

  it('may be made again as time goes by', async () => {
    const clock = new ManualClock();
    const rate = new RateLimit(4, clock);
    for (let call = 0; call < 4; call++) rate.take('a');
    await clock.advance(250);
    rate.take('a');
    expect(() => { rate.take('a'); }).toThrow('calls a second'); // prettier-ignore
  });

  it('are refused by the server with RetryInfo', async () => {
    served = await ServedBank.start({ limits: { callsPerSecond: 1 }, clock: new ManualClock() });
    const client = served.client();
    expect(await outcomeOf((done) => client.get(get, done))).toBe('OK');
    const error = await new Promise<ServiceError | null>((resolve) => client.get(get, (failure) => { resolve(failure); })); // prettier-ignore
    expect(outcome(error)).toBe('RESOURCE_EXHAUSTED QUOTA');
    expect(String(error?.metadata.get('grpc-status-details-bin')[0])).toContain('google.rpc.RetryInfo');
  });
});

describe('a stream', () => {
  it('of more rows than it may have ends with QUOTA', async () => {
    served = await ServedBank.start({ limits: { maxScanRows: 300 } });
    for (let key = 0; key < 301; key++) served.bank.balances(0).put(`key-${key}`, key);
    const client = served.client();
    const range = (limit: number): Promise<string> =>
      endOf(client.range(RangeRequest.create({ store: 'balances', limit })).resume());
    expect(await range(0)).toBe('RESOURCE_EXHAUSTED QUOTA');
    expect(await range(300)).toBe('OK');
  });

  it('that nobody takes from is ended, and frees what it holds, while others are answered', async () => {
    const clock = new ManualClock();
    const metrics = createPrometheusMetrics({ processMetrics: false });
    served = await ServedBank.start({ clock, metrics, limits: { maxCallsPerPeer: STREAMS + 1, slowReaderTimeoutMs: 1_000 } }); // prettier-ignore
    const value = { total: 'x'.repeat(1_000) };
    for (let key = 0; key < 5_000; key++) served.bank.totals(0).put(`key-${key}`, { value, timestamp: 1 }, 0);
    const [greedy, other] = [served.client(), served.client()];
    const getOther = (): Promise<string> => outcomeOf((done) => other.get(get, done));
    const streams = Array.from({ length: STREAMS }, () => greedy.fetchWindows(FetchWindowsRequest.create({ store: 'totals' }))); // prettier-ignore
    const ends = streams.map((stream) => endOf(stream.pause()));
    while (clock.pendingTimers < STREAMS) expect(await getOther()).toBe('OK');
    await clock.advance(1_000);
    expect(await metrics.exposition()).toMatch(new RegExp(`FetchWindows",grpc_code="RESOURCE_EXHAUSTED"} ${STREAMS}`));
    await clock.advance(1_000); // none took that either: they are reset, and give their places back
    for (const stream of streams) stream.resume();
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['CANCELLED']));
    expect(await Promise.all([1, 2, 3].map(getOther))).toEqual(['OK', 'OK', 'OK']);
  }, 120_000); // it fills buffers, which takes a busy machine long
});

/** How a stream ends; to be asked before it does. */
function endOf(stream: ClientReadableStream<unknown>): Promise<string> {
  stream.on('error', () => undefined); // told by the status, too
  return new Promise((resolve) => stream.on('status', (end) => { resolve(outcome(end)); })); // prettier-ignore
}
