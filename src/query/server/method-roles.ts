import type { Requirement } from '../access/caller.js';

/** Methods that show records of any store, whatever the rules of stores. */
const FOR_ADMINS: ReadonlySet<string> = new Set(['/millrace.query.v1.TopologyService/TraceRecords']);

/** Who may call a method, `/package.Service/Method`. */
export function requirementOf(path: string, monitoringNeedsToken: boolean): Requirement {
  if (path.startsWith('/grpc.health.')) return monitoringNeedsToken ? 'query' : 'open';
  return FOR_ADMINS.has(path) || path.startsWith('/millrace.admin.') ? 'admin' : 'query';
}
