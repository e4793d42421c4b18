import type { FastifyInstance } from 'fastify';
import { type Described, type Route } from './openapi-document.js';

/** Pages, and what they load. */
const PAGES = /^\/(?:$|\*|console\b|api\/docs$)/;

/**
 * What the server serves, as a document: `GET /api/openapi.json`, OpenAPI 3.1, and `GET /api/docs`, a page of it. To be added
 * before the routes that it describes.
 */
export function addOpenApiRoutes(server: FastifyInstance, served: Omit<Described, 'routes'>): void {
  const routes: Route[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (each !== 'HEAD' && each !== 'OPTIONS' && !PAGES.test(url)) routes.push({ method: each, url });
    }
  });
  let made: Promise<object> | undefined;
  const document = (): Promise<object> =>
    (made ??= import('./openapi-document.js').then(({ openApiDocument }) => openApiDocument({ ...served, routes })));
  server.get('/api/openapi.json', document);
  server.get('/api/docs', async (_request, reply) => {
    const { openApiPage } = await import('./openapi-page.js');
    return reply.type('text/html; charset=utf-8').send(openApiPage(await document()));
  });
}
