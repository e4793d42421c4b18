import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { channelArguments } from '../../../src/query/client/client-access.js';
import { GetRequest, StateQueryServiceService } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../../../src/query/gen/millrace/query/v1/topology_service.js';
import { outcome, outcomeOf, ServedBank } from '../../support/access/served-bank.js';

const METHODS = Object.values({ ...StateQueryServiceService, ...TopologyServiceService }).map(({ path }) => path);
const get = GetRequest.create({ store: 'balances', key: 'b1' });
let served: ServedBank;
let raw: Client;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeAll(async () => {
  served = await ServedBank.start({ limits: { maxConnections: 20 } });
  served.bank.balances(0).put('b1', 1);
  raw = new Client(`127.0.0.1:${served.port}`, ...channelArguments({}));
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  expect(unhandled).toEqual([]);
  process.off('unhandledRejection', note);
  raw.close();
  await served.close();
});

/** What becomes of these bytes, sent as the request of a method; others are answered after it. */
async function sent(path: string, bytes: Buffer): Promise<ServiceError | null> {
  const stream = raw.makeServerStreamRequest(path, (given: Buffer) => given, (answer) => answer, bytes); // prettier-ignore
  const failed = new Promise<ServiceError | null>((resolve) => {
    stream.on('error', (error) => { resolve(error as ServiceError); }).on('end', () => { resolve(null); }).resume(); // prettier-ignore
  });
  return failed;
}

const others = (): Promise<string> => outcomeOf((done) => served.client().get(get, done));

describe('a request', () => {
  it.each(METHODS)('of any bytes ends with a status that is meant for it: %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const error = await sent(path, Buffer.from(bytes));
        expect(outcome(error)).not.toMatch(/^INTERNAL|^UNKNOWN/);
        expect(error?.details ?? '').not.toMatch(/\n|node_modules|\.[jt]s\b|\/tmp/);
      }),
      { numRuns: 20 },
    );
  });

  it('that is nested beyond reason is malformed', async () => {
    let value = Buffer.from([0x1a, 0x01, 0x78]); // string_value "x"
    for (let depth = 0; depth < 200; depth++) {
      const list = Buffer.concat([Buffer.from([0x0a]), varint(value.length), value]);
      value = Buffer.concat([Buffer.from([0x32]), varint(list.length), list]); // list_value
    }
    const bytes = Buffer.concat([getRequestOf('balances'), Buffer.from([0x1a]), varint(value.length), value]);
    expect(outcome(await sent(StateQueryServiceService.get.path, bytes))).toBe('INVALID_ARGUMENT REQUEST_MALFORMED');
  });

  it.each([NaN, Infinity, -Infinity, {}, { __proto__: null, x: 1 }, [], true])('of key %p is no key', async (key) => {
    const request = GetRequest.create({ ...get, key });
    expect(await outcomeOf((done) => served.client().get(request, done))).toBe('INVALID_ARGUMENT BAD_KEY');
  });

  it('of a key that is too long is refused, by its own size and by that of the request, in few words', async () => {
    const of = (length: number): Promise<ServiceError | null> =>
      new Promise((resolve) => served.client().get({ ...get, key: 'k'.repeat(length) }, (error) => { resolve(error); })); // prettier-ignore
    expect(outcome(await of(2_000_000))).toBe('INVALID_ARGUMENT BAD_KEY');
    expect(outcome(await of(10_000_000))).toBe('RESOURCE_EXHAUSTED');
    const long = { ...get, store: 's'.repeat(1_000_000) };
    const error = await new Promise<ServiceError | null>((resolve) => served.client().get(long, (failure) => { resolve(failure); })); // prettier-ignore
    expect(outcome(error)).toBe('NOT_FOUND STORE_NOT_FOUND');
    expect(JSON.stringify(error?.metadata.toJSON()).length).toBeLessThan(30_000);
  });

  it('whose keys are named like a prototype changes no prototype', async () => {
    const key = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    ) as object;
    await outcomeOf((done) => served.client().get({ ...get, key }, done));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a connection', () => {
  it.each([
    ['nothing of HTTP/2', randomBytes(4_096)],
    ['a request of HTTP/1', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
    ['frames of no kind', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), randomBytes(4_096)])],
  ])('of %s is closed, and others are answered', async (_, bytes) => {
    const socket = connect(served.port, '127.0.0.1').on('error', () => undefined);
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
    expect(await others()).toBe('OK');
  });

  it('beyond those that are taken is closed at once; there is room again when others go', async () => {
    const sockets = Array.from({ length: 40 }, () => connect(served.port, '127.0.0.1').on('error', () => undefined));
    const closed = sockets.map((socket) => once(socket.resume(), 'close'));
    await Promise.race(closed);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    expect(await others()).toBe('OK');
  });
});

function getRequestOf(store: string): Buffer {
  return Buffer.concat([Buffer.from([0x12]), varint(store.length), Buffer.from(store)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
