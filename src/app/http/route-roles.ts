import type { FastifyRequest } from 'fastify';
import type { Caller, Requirement } from '../../query/access/caller.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call a route; default `query` for GET, `admin` for what may change things. */
    readonly access?: Requirement | 'monitoring';
  }
  interface FastifyRequest {
    /** Who calls. */
    caller: Caller;
  }
}

/** Routes of a file are for those who have a role, whatever their method. */
export const FOR_ADMINS = { config: { access: 'admin' } } as const;
export const FOR_QUERIES = { config: { access: 'query' } } as const;
/** What shows no data: pages and their scripts. */
export const FOR_ALL = { config: { access: 'open' } } as const;
/** What probes ask: for all, unless `MONITORING_NEEDS_TOKEN` says otherwise. */
export const FOR_MONITORING = { config: { access: 'monitoring' } } as const;

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Who may make a request. */
export function requirementOf({ method, routeOptions }: FastifyRequest, monitoringNeedsToken: boolean): Requirement {
  // A path that no route has has no configuration either, whatever the types say.
  const { access } = (routeOptions.config as typeof routeOptions.config | undefined) ?? {};
  if (access === 'monitoring') return monitoringNeedsToken ? 'query' : 'open';
  return access ?? (READING.has(method) ? 'query' : 'admin');
}
