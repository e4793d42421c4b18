import type { Call } from '../../query/call.js';
import { QUERY_NAMES, STREAMS, type Queries } from '../../query/query-methods.js';
import type { OwnQueries } from '../../query/own-queries.js';
import type { BufferBounds } from '../../query/watch/change-buffer.js';
import type { ChangelogSource } from '../../query/watch/changelog-source.js';
import type { ClientAccess } from '../../query/client/client-access.js';
import type { ServerProtection } from '../../query/access/protection.js';
import type { TaskView } from '../../runtime/application.js';
import type { ApplicationState } from '../../runtime/application-state.js';
import type { ClusterView } from '../../runtime/cluster-view.js';
import { MillraceError, messageOf, type ErrorContext, type ErrorKind } from '../../util/errors.js';
import type { RegistryAddress } from '../schema-registry.js';

/*
 * What the stream thread and the query thread say to each other.
 *
 *     stream thread                                    query thread
 *       start (worker data) ------------------------->   opens views, listens
 *                           <-------------------------  ready | failed
 *       applications, health ------------------------>   whenever they change
 *       caughtUp ------------------------------------>   now and then, while there are replicas
 *                           <-------------------------  call id, pull id …, cancel id   (uncommitted, in memory, global, own, changelogs)
 *       message id …, end id | error id ------------->
 *       call id, pull id …, cancel id --------------->   (watches over HTTP)
 *                           <-------------------------  message id …, end id | error id
 *                           <-------------------------  log
 *       metrics id ---------------------------------->
 *                           <-------------------------  metrics id
 *       close --------------------------------------->   drains, ends
 */

/** A task as far as the query thread needs it. */
export interface TaskSnapshot extends Omit<TaskView, 'state'> {
  /** Grows each time the task's state is opened anew. */
  readonly opening: number;
}

/** A call, as it crosses threads; that it is given up is said by `cancel`. */
export type SentCall = Omit<Call, 'signal'>;

/** An application as it was when this was sent. */
export interface ApplicationSnapshot {
  readonly id: string;
  readonly state: ApplicationState;
  readonly tasks: readonly TaskSnapshot[];
  readonly standbys: readonly TaskSnapshot[];
  readonly cluster: ClusterView | undefined;
}

/** What the query thread is started with. */
export interface ThreadStart {
  readonly host: string;
  readonly port: number;
  readonly protection: ServerProtection;
  /** How other instances are called. */
  readonly peers: ClientAccess;
  readonly schemaRegistry: RegistryAddress | undefined;
  readonly watchBounds: BufferBounds;
  readonly applications: readonly {
    readonly id: string;
    readonly instanceId: string;
    /** The module that exports its topology. */
    readonly moduleUrl: string;
    /** Holds a folder per task. */
    readonly stateFolder: string;
  }[];
}

/** What one thread may ask the other: queries, and of the stream thread, which has the broker's client, the topologies' own queries and changelogs. */
export type ThreadCalls = Queries & OwnQueries & ChangelogSource;
export type CallName = keyof ThreadCalls;

/** Every call's name. */
export const CALL_NAMES: readonly CallName[] = [...QUERY_NAMES, 'answerQuery', 'changelogRange', 'readChangelog'];

/** Whether a call answers with a stream of messages. */
export function isStream(name: CallName): boolean {
  return name === 'readChangelog' || (STREAMS as ReadonlySet<string>).has(name);
}

/** A call of the other thread: it answers a message for each pull. */
export type CallMessage =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: CallName;
      readonly request: unknown;
      readonly call: SentCall | undefined;
    }
  | { readonly type: 'pull' | 'cancel'; readonly id: number };

/** What answers a call. */
export type AnswerMessage =
  | { readonly type: 'message'; readonly id: number; readonly message: unknown }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'error'; readonly id: number; readonly error: SentError };

export type ToQueryThread =
  | CallMessage
  | AnswerMessage
  | { readonly type: 'applications'; readonly applications: readonly ApplicationSnapshot[] }
  | { readonly type: 'caughtUp'; readonly application: string; readonly times: Readonly<Record<string, number>> }
  | { readonly type: 'health'; readonly service: string; readonly serving: boolean }
  | { readonly type: 'metrics'; readonly id: number }
  | { readonly type: 'close' };

export type ToStreamThread =
  | CallMessage
  | AnswerMessage
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly error: SentError }
  | { readonly type: 'metrics'; readonly id: number; readonly text: string }
  | ({ readonly type: 'log' } & LogLine);

/** A line of the query thread for the log of the process. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** An error, as it crosses threads. */
export interface SentError {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly context: ErrorContext;
}

/** Makes an error ready to be sent. */
export function toSentError(error: unknown): SentError {
  if (error instanceof MillraceError) {
    const { code, kind, message, detail, hint, context } = error;
    return { code, kind, message, detail, hint, context };
  }
  const message = messageOf(error);
  return { code: 'INTERNAL', kind: 'internal', message, detail: undefined, hint: undefined, context: {} };
}

/** The error that was sent. */
export function fromSentError(sent: SentError): MillraceError {
  return new MillraceError(sent);
}
