import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { addConsoleRoutes } from '../../../src/app/http/console-routes.js';
import { ConsoleAssets } from '../../../src/console/console-assets.js';

const PAGE = '<!doctype html><title>Millrace</title>';
let folder: string;
let server: FastifyInstance;
let address: string;

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${address}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-console-'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'secret.html'), 'not of the page');
  server = fastify({ forceCloseConnections: true });
  addConsoleRoutes(server, new ConsoleAssets(folder));
  address = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the console', () => {
  it('is the page at /, which may load only what comes from here', async () => {
    const response = await get('/');
    expect(await response.text()).toBe(PAGE);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'self';/),
      'x-content-type-options': 'nosniff',
    });
  });

  it('comes compressed to who can read that', async () => {
    const response = await get('/', { 'accept-encoding': 'br, gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe(PAGE);
  });

  it('is not sent again while it is the same', async () => {
    const etag = (await get('/')).headers.get('etag') ?? '';
    const again = await get('/', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each(['/console/secret.html', '/console/..%2Findex.html', '/console/nothing.js'])('has no %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('says how it is built where it is not', async () => {
    const error = await new ConsoleAssets(folder).get('console.js')?.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONSOLE_NOT_BUILT', hint: expect.stringContaining('npm run build') });
  });
});
