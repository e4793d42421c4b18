import type { ClusterView } from '../../runtime/cluster-view.js';

/** What a process tells the supervisor that started it. */
export type ToSupervisor =
  | { readonly type: 'started'; readonly grpcPort: number; readonly httpPort: number }
  /** States of its applications, by id; told at every change. */
  | { readonly type: 'states'; readonly states: Readonly<Record<string, string>> }
  /** Who runs what, of one application; told at every assignment. */
  | { readonly type: 'cluster'; readonly application: string; readonly view: ClusterView };

/** Which of the processes of a supervisor this one is; undefined: of none. */
export const PROCESS_NUMBER = 'MILLRACE_PROCESS';

/** Where the supervisor of this process is reached by others: `host:port` of its gRPC and of its HTTP server, with a space. */
export const SUPERVISOR_ENDPOINTS = 'MILLRACE_SUPERVISOR_ENDPOINTS';
