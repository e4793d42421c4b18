import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../access/loopback.js';
import type { HttpProtection } from './http-protection.js';
import { invalid, type MillraceError } from '../../util/errors.js';

/** An answer of the API is no page: it loads nothing. The console's page says itself what it loads. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;

/** What decides who may call. */
interface BrowserOptions extends Pick<HttpProtection, 'access' | 'corsOrigins'> {
  /** Where the server listens. */
  readonly host: string;
}

/** Seconds for which a browser remembers what it may ask. */
const PREFLIGHT_MAX_AGE = '600';

/**
 * What browsers are told, and what they may not do: pages of other origins than this server's and the given ones get no
 * answer that they could read (CORS), and cannot change anything, since such requests are refused. There are no cookies.
 */
export function addBrowserHeaders(server: FastifyInstance, options: BrowserOptions): void {
  const { corsOrigins } = options;
  const allowed = new Set(corsOrigins);
  const localOnly = isLoopback(options.host) && !options.access.asks;
  const names = new Set([options.host, ...corsOrigins.map((origin) => hostnameOf(origin))]);
  const isLocal = (host: string | undefined): boolean => {
    const name = hostnameOf(`http://${host ?? ''}`);
    return name !== undefined && (isLoopback(name) || names.has(name));
  };
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    const { origin, host } = request.headers;
    if (localOnly && !isLocal(host)) done(hostNotAllowed(host));
    else if (origin !== undefined && allowed.has(origin)) {
      void reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
      done();
    } else if (origin !== undefined && !isOwn(origin, host)) done(originNotAllowed(origin));
    else done();
  });
  if (allowed.size === 0) return;
  server.options('/*', { config: { access: 'open' } }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'authorization, content-type, last-event-id',
        'access-control-max-age': PREFLIGHT_MAX_AGE,
      })
      .send(),
  );
}

/** No page of another origin, whatever it asks: it could change things without seeing the answer. */
function originNotAllowed(origin: string): MillraceError {
  return invalid('ORIGIN_NOT_ALLOWED', `pages of ${origin} may not call this server`, {
    hint: 'CORS_ORIGINS (--cors-origins) names the origins that may.',
    context: { origin },
  });
}

/** A page whose name was made to lead to this machine (DNS rebinding) would be of the server's own origin. */
function hostNotAllowed(host: string | undefined): MillraceError {
  return invalid('HOST_NOT_ALLOWED', `this server is for this machine only, and was called as ${host ?? 'nothing'}`, {
    hint: 'Call it as localhost; behind a proxy, name the origin in CORS_ORIGINS (--cors-origins), or ask for tokens.',
    context: { host },
  });
}

function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}
