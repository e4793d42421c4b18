import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { channelArguments } from '../../../src/query/client/client-access.js';
import { GetRequest, RangeRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceClient } from '../../../src/query/gen/millrace/query/v1/topology_service.js';
import { requirementOf } from '../../../src/query/server/method-roles.js';
import { writeAccessFile } from '../../support/access/access-file.js';
import { outcome, outcomeOf, ServedBank } from '../../support/access/served-bank.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-calls-'));
const file = join(folder, 'access.json');
const get = GetRequest.create({ store: 'balances', key: 'b1' });
let served: ServedBank;

beforeAll(async () => {
  const roles = { reader: ['query'], teller: ['query', 'teller'], boss: ['admin'] };
  writeAccessFile(file, roles, [
    { application: 'bank', store: 'balances', roles: ['teller'] },
    { store: 'totals', roles: ['*'] },
  ]);
  served = await ServedBank.start({ protection: { access: { file }, monitoringNeedsToken: false } });
  served.bank.balances(0).put('b1', 1);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

const getAs = (token?: string, request = get): Promise<string> =>
  outcomeOf((done) => served.client({ token }).get(request, done));

/** A call of a method that takes an empty message. */
function callEmpty(path: string): Promise<string> {
  const client = new Client(`127.0.0.1:${served.port}`, ...channelArguments({}));
  const bytes = (): Buffer => Buffer.alloc(0);
  return outcomeOf((done) => client.makeUnaryRequest(path, bytes, bytes, {}, (error) => { done(error); })).finally(() => { client.close(); }); // prettier-ignore
}

describe('a call', () => {
  it('needs a token that is known, and its role', async () => {
    expect(await getAs()).toBe('UNAUTHENTICATED TOKEN_REQUIRED');
    expect(await getAs('wrong')).toBe('UNAUTHENTICATED TOKEN_INVALID');
    expect(await getAs('boss')).toBe('OK');
  });

  it('of a stream does, too, and has nothing of it', async () => {
    const stream = served.client().range(RangeRequest.create({ store: 'totals' }));
    const error = await new Promise<ServiceError>((resolve) => stream.once('error', resolve)); // grpc-js fails with these
    expect(outcome(error)).toBe('UNAUTHENTICATED TOKEN_REQUIRED');
  });

  it('of the health service does not, one of reflection does', async () => {
    expect(await callEmpty('/grpc.health.v1.Health/Check')).toBe('OK');
    expect(await callEmpty('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo')).toMatch(/^UNAUTHENTICATED/);
  });

  it('of TraceRecords needs an admin: it shows records of every store', () => {
    expect(requirementOf('/millrace.query.v1.TopologyService/TraceRecords', false)).toBe('admin');
    expect(requirementOf('/millrace.query.v1.TopologyService/ListTasks', false)).toBe('query');
  });

  it('shows nothing of the token in its error', async () => {
    const client = served.client({ token: 'sesame' });
    const error = await new Promise<ServiceError | null>((resolve) => client.get(get, (failure) => { resolve(failure); })); // prettier-ignore
    expect(JSON.stringify([error?.details, error?.metadata.toJSON()])).not.toContain('sesame');
  });
});

describe('a store', () => {
  it('is read by those to whom a rule gives it, whether the application is named or not, and by admins', async () => {
    for (const application of ['', 'bank']) {
      const request = GetRequest.create({ ...get, application });
      expect(await getAs('reader', request)).toBe('PERMISSION_DENIED STORE_NOT_ALLOWED');
      expect(await getAs('teller', request)).toBe('OK');
      expect(await getAs('boss', request)).toBe('OK');
    }
  });

  it('is in the list of those only', async () => {
    const listed = (token: string): Promise<readonly string[]> =>
      new Promise((resolve) => {
        served.client({ token }).listStores({ application: '' }, new Metadata(), (_error, response) => {
          resolve(response.stores.map(({ name }) => name));
        });
      });
    expect(await listed('reader')).toEqual(['totals']);
    expect(await listed('teller')).toEqual(['balances', 'totals']);
  });

  it('that is not there is not found, as ever', async () => {
    expect(await getAs('reader', GetRequest.create({ store: 'nothing' }))).toBe('NOT_FOUND STORE_NOT_FOUND');
  });
});

it('describes its graph to all who may query', async () => {
  const client = new TopologyServiceClient(`127.0.0.1:${served.port}`, ...channelArguments({ token: 'reader' }));
  expect(await outcomeOf((done) => client.describeTopology({ application: '' }, done))).toBe('OK');
  client.close();
});
