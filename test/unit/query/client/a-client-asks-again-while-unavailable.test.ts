import { Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createQueryClient } from '../../../../src/query/client/index.js';
import { StateQueryServiceService } from '../../../../src/query/gen/millrace/query/v1/state_query_service.js';

let server: Server;
let asked: number;
let answers: status[];
let address: string;
let authorizations: unknown[];

/** A server that gives the statuses in `answers`, then answers. */
beforeEach(async () => {
  [asked, answers, authorizations] = [0, [], []];
  server = new Server();
  const listStores: handleUnaryCall<unknown, unknown> = (call, callback) => {
    const code = answers[asked++];
    authorizations.push(...call.metadata.get('authorization'));
    if (code === undefined) callback(null, { stores: [] });
    else callback({ code, details: 'not now' });
  };
  server.addService(StateQueryServiceService, { listStores });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  address = `127.0.0.1:${port}`;
});
afterEach(() => {
  server.forceShutdown();
});

async function ask(attempts?: number): Promise<unknown> {
  const client = createQueryClient({ address, attempts, timeoutMs: 60_000, access: { token: 'secret' } });
  try {
    return await client.listStores();
  } finally {
    client.close();
  }
}

it('asks again while the server is unavailable', async () => {
  answers = [status.UNAVAILABLE, status.UNAVAILABLE];
  expect(await ask()).toEqual({ stores: [] });
  expect(asked).toBe(3);
});

it('gives up after so many attempts', async () => {
  answers = Array.from({ length: 9 }, () => status.UNAVAILABLE);
  await expect(ask(2)).rejects.toMatchObject({ kind: 'unavailable', message: 'not now' });
  expect(asked).toBe(2);
});

it('does not ask again where that would not help', async () => {
  answers = [status.DEADLINE_EXCEEDED, status.INVALID_ARGUMENT];
  await expect(ask()).rejects.toMatchObject({ context: { grpcCode: status.DEADLINE_EXCEEDED } });
  expect(asked).toBe(1);
});

it('shows its token with each call', async () => {
  await ask(1);
  expect(authorizations).toEqual(['Bearer secret']);
});
