import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { silentLogger } from '../../../src/observability/log.js';
import sales from '../../../topologies/sales/topology.js';
import wallets from '../../../topologies/wallets/topology.js';

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { summary: string; responses: object; parameters: object[] }>>;
  readonly components: { readonly schemas: Record<string, object> };
}

let stateDir: string;
let app: MillraceApp;
let document: Document;
const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${app.httpPort}${path}`);

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'millrace-openapi-'));
  const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0' });
  app = await openMillrace({ topologies: [sales, wallets], config, log: silentLogger });
  document = (await (await get('/api/openapi.json')).json()) as Document;
});
afterAll(async () => {
  await app.close();
  await rm(stateDir, { recursive: true, force: true });
});

describe('the OpenAPI document', () => {
  it('is one of version 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await validate(structuredClone(document) as never)).toMatchObject({ valid: true });
  });

  it('tells the shape of what a topology answers', () => {
    const { get: balance } = document.paths['/balance/{wallet_id}']!;
    expect(balance).toMatchObject({
      summary: 'What a wallet holds.',
      parameters: [{ name: 'wallet_id', in: 'path', required: true }],
      responses: {
        200: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/wallets.GetBalanceResponse' } } },
        },
      },
    });
    expect(document.components.schemas['wallets.GetBalanceResponse']).toMatchObject({
      properties: { wallet_id: { type: 'string' }, balance: { type: 'string' } },
      required: ['wallet_id', 'balance'],
    });
  });

  it('tells the messages of every method', () => {
    const { post } = document.paths['/api/millrace.query.v1.StateQueryService/Get']!;
    expect(JSON.stringify(post)).toContain('#/components/schemas/millrace.query.v1.GetRequest');
    expect(document.components.schemas['millrace.query.v1.GetRequest']).toMatchObject({
      properties: { asOf: { type: 'string', format: 'date-time' }, key: { description: 'Any JSON.' } },
    });
  });

  it('says of streams that they are lines', () => {
    const { get: windows } = document.paths['/api/stores/{store}/windows']!;
    expect(Object.keys((windows as { responses: { 200: { content: object } } }).responses[200].content)).toEqual([
      'application/x-ndjson',
    ]);
  });

  it('has what operators ask, and none of the pages', () => {
    const paths = Object.keys(document.paths);
    expect(paths).toEqual(expect.arrayContaining(['/readyz', '/metrics', '/api/lag/{application}', '/subjects']));
    expect(paths.filter((path) => path === '/' || path.startsWith('/console'))).toEqual([]);
  });

  it('is a page, too', async () => {
    const response = await get('/api/docs');
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain(
      '<dt><code>GET /balance/{wallet_id}</code></dt><dd>What a wallet holds.</dd>',
    );
  });
});
