/** What a process tells the supervisor that started it. */
export type ToSupervisor =
  | { readonly type: 'started'; readonly grpcPort: number; readonly httpPort: number }
  /** States of its applications, by id; told at every change. */
  | { readonly type: 'states'; readonly states: Readonly<Record<string, string>> };

/** Which of the processes of a supervisor this one is; undefined: of none. */
export const PROCESS_NUMBER = 'MILLRACE_PROCESS';
