import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpSink, type HttpSinkOptions } from '../../../src/connect/http/http-sink.js';
import { retryAfterMs } from '../../../src/connect/http/retry-after.js';
import { silentLogger } from '../../../src/observability/log.js';
import type { SinkRecord, SinkWriter } from '../../../src/topology/sink.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import { systemClock } from '../../../src/util/time.js';
import { CollectingServer } from '../../support/http/collecting-server.js';

let server: CollectingServer;
beforeEach(async () => {
  server = await CollectingServer.start();
});
afterEach(() => server.stop());

function open(options: Partial<HttpSinkOptions<string, string>> = {}): Promise<SinkWriter<string, string>> {
  const context = { applicationId: 'shop', sink: 'to ledger', topic: 'in', topicId: 'id', partition: 3 };
  return httpSink<string, string>({ url: server.url, ...options }).open({
    ...context,
    clock: systemClock,
    log: silentLogger,
  });
}

function batch(...values: string[]): { records: SinkRecord<string, string>[]; nextOffset: number } {
  const records = values.map((value, i) => {
    return { key: 'k', value, timestamp: 5, headers: NO_HEADERS, offset: 10 + i };
  });
  return { records, nextOffset: 10 + values.length };
}

const bodies = (): unknown[] => server.requests.map(({ body }) => body);

describe('a record that is sent over HTTP', () => {
  it('is JSON with an id that is the same whenever it is sent again', async () => {
    for (const writer of [await open(), await open()]) expect(await writer.write(batch('a', 'b'))).toBe(12);
    const [a, b, again] = server.requests;
    const id = 'shop/to%20ledger/id/3/10';
    expect(a).toMatchObject({ method: 'POST', body: { id, key: 'k', value: 'a', timestamp: 5 } });
    expect(a!.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': id });
    expect(b!.headers['idempotency-key']).toBe('shop/to%20ledger/id/3/11');
    expect(again!.body).toEqual(a!.body);
  });

  it('is sent with headers that are asked for each time', async () => {
    let token = 0;
    const headers = (): Promise<Record<string, string>> => Promise.resolve({ authorization: `Bearer ${++token}` });
    await (await open({ headers, method: 'PUT', body: ({ value }) => value })).write(batch('a', 'b'));
    expect(server.requests.map((request) => request.headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
    expect(bodies()).toEqual(['a', 'b']);
  });

  it('is one of an array, where requests are per batch', async () => {
    await (await open({ per: 'batch', body: ({ value }) => value })).write(batch('a', 'b', 'c'));
    expect(bodies()).toEqual([['a', 'b', 'c']]);
    expect(server.requests[0]!.headers['idempotency-key']).toBe('shop/to%20ledger/id/3/10-12');
  });

  it.each([500, 503, 429, 408, 401])('is tried again after an answer of %i', async (status) => {
    server.reply = () => ({ status, headers: { 'retry-after': '7' }, text: 'later' });
    const written = (await open()).write(batch('a', 'b'));
    await expect(written).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', kind: 'unavailable', retryAfterMs: 7_000 });
    expect(server.requests).toHaveLength(1);
  });

  it('is tried again when there is no answer in time, and when there is no server', async () => {
    server.reply = () => undefined;
    const slow = (await open({ timeout: 20 })).write(batch('a'));
    await expect(slow).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: expect.stringContaining('within 20 ms'),
    });
    const nowhere = (await open({ url: 'http://127.0.0.1:1/' })).write(batch('a'));
    await expect(nowhere).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });

  it.each([400, 404, 413, 422])(
    'is refused by an answer of %i, which leaves the others as they are',
    async (status) => {
      server.reply = ({ body }) => ({ status: body === 'b' ? status : 200 });
      const writer = await open({ body: ({ value }) => value });
      const mixed = batch('a', 'b', 'c');
      await expect(writer.write(mixed)).rejects.toMatchObject({
        rejected: [{ index: 1, reason: { code: 'HTTP_RECORD_REFUSED' } }],
      });
      await writer.write({ ...mixed, records: mixed.records.filter(({ value }) => value !== 'b') });
      expect(bodies()).toEqual(['a', 'b', 'c']);
    },
  );

  it('is found by halving, where it is refused in a batch', async () => {
    server.reply = ({ body }) => ({ status: (body as string[]).includes('c') ? 400 : 200 });
    const writer = await open({ per: 'batch', body: ({ value }) => value });
    await expect(writer.write(batch('a', 'b', 'c', 'd'))).rejects.toMatchObject({ rejected: [{ index: 2 }] });
    expect(bodies()).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['d']]);
  });

  it('is refused before anything is sent when it is no JSON', async () => {
    const writer = await open({ body: ({ value }) => (value === 'b' ? 1n : value) });
    await expect(writer.write(batch('a', 'b'))).rejects.toMatchObject({ rejected: [{ index: 1 }] });
    expect(server.requests).toEqual([]);
  });

  it('is not sent to where a redirect points: the address is to be mended', async () => {
    server.reply = () => ({ status: 302, headers: { location: '/elsewhere' } });
    await expect((await open()).write(batch('a'))).rejects.toMatchObject({ code: 'HTTP_REDIRECTED', kind: 'invalid' });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['', 'localhost', 'ftp://host/'])('is sent to no address like %p', (url) => {
    expect(() => httpSink({ url })).toThrow(expect.objectContaining({ code: 'HTTP_URL_INVALID' }));
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['soon', 0],
    [null, 0],
  ])('%p is a wait of %i ms', (header, waitMs) => {
    expect(retryAfterMs(header, now)).toBe(waitMs);
  });
});
