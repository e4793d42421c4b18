import type { RestMethod } from '../../query/rest-methods.js';
import type { ServedQuery } from './query-routes.js';

/** The page at `/`: where everything is. */
export function indexPage(methods: readonly RestMethod[], queries: readonly ServedQuery[]): string {
  const pages = ['/readyz', '/healthz', '/metrics', '/api/stores', '/api/instances', '/api/tasks', '/api/topology'];
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace</title>',
    '<style>body{font:16px/1.5 system-ui;max-width:46rem;margin:3rem auto;padding:0 1rem}code{font-size:.9em}</style>',
    '<h1>Millrace</h1><ul>',
    ...pages.map((page) => `<li><a href="${page}">${page}</a></li>`),
    '</ul><p>Queries of the topologies:</p><ul>',
    ...queries.map(({ application, query }) => `<li><code>GET ${query.path}</code> (${application})</li>`),
    '</ul><p>Methods, as JSON over POST:</p><ul>',
    ...methods.map(({ path }) => `<li><code>POST /api/${path}</code></li>`),
    '</ul></html>',
  ].join('\n');
}
