import { Client, Metadata, status, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { tasksToText } from '../../runtime/assignment/task-ranges.js';
import { MillraceError, type ErrorKind } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { DEFAULT_TIMEOUT_MS, type Call } from '../call.js';
import { StateQueryServiceService } from '../gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../gen/millrace/query/v1/topology_service.js';
import { HOP_HEADER, TASKS_HEADER } from '../hop-headers.js';
import { channelArguments, type ClientAccess } from './client-access.js';
import { errorInfoOf } from './error-info.js';
import { QUERY_NAMES, STREAMS, type Queries, type QueryName } from '../query-methods.js';

/**
 * A peer that went away without a word is noticed, and one that comes back is found again soon: a query waits for it no longer
 * than for a rebalance.
 */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

type Method = MethodDefinition<unknown, unknown>;

// Every query is a method of one of the services; their message types differ from one to the other.
const METHODS = { ...StateQueryServiceService, ...TopologyServiceService } as unknown as Readonly<
  Record<QueryName, Method>
>;

/** The queries of another process, over gRPC. */
export interface RemoteQueries {
  readonly queries: Queries;
  close(): void;
}

/**
 * Asks the process at `address` (`host:port`); its errors come back as they were thrown there. A call that gives no deadline
 * has one of 10 seconds, unless its answer is a stream.
 */
export function remoteQueries(address: string, clock: Clock, access: ClientAccess = {}): RemoteQueries {
  const [credentials, options] = channelArguments(access);
  const client = new Client(address, credentials, { ...options, ...CHANNEL });
  const entries = QUERY_NAMES.map((name) => {
    const method = METHODS[name];
    return [name, STREAMS.has(name) ? streaming(client, method) : unary(client, method, clock)] as const;
  });
  return {
    queries: Object.fromEntries(entries) as unknown as Queries, // every name, by the service's own method
    close: () => {
      client.close();
    },
  };
}

function unary(client: Client, { path, requestSerialize, responseDeserialize }: Method, clock: Clock) {
  return (request: unknown, call: Call = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const deadline = new Date(call.deadlineMs ?? clock.nowMs() + DEFAULT_TIMEOUT_MS);
      const done = (error: ServiceError | null, answer: unknown): void => {
        call.signal?.removeEventListener('abort', cancel);
        if (error) reject(thrownThere(error));
        else resolve(answer);
      };
      const metadata = metadataOf(call);
      const sent = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, { deadline }, done); // prettier-ignore
      const cancel = (): void => {
        sent.cancel();
      };
      call.signal?.addEventListener('abort', cancel, { once: true });
    });
}

function streaming(client: Client, { path, requestSerialize, responseDeserialize }: Method) {
  return async function* (request: unknown, call: Call = {}): AsyncGenerator {
    const options = call.deadlineMs === undefined ? {} : { deadline: new Date(call.deadlineMs) };
    const metadata = metadataOf(call);
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options); // prettier-ignore
    const cancel = (): void => {
      stream.cancel();
    };
    call.signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream) yield message;
    } catch (error) {
      throw thrownThere(error as ServiceError); // grpc-js fails a stream with nothing else
    } finally {
      call.signal?.removeEventListener('abort', cancel);
      cancel();
    }
  };
}

function metadataOf({ hop }: Call): Metadata {
  const metadata = new Metadata();
  if (hop === undefined) return metadata;
  metadata.set(HOP_HEADER, hop.instanceId);
  metadata.set(TASKS_HEADER, tasksToText(hop.tasks));
  return metadata;
}

const KINDS: Readonly<{ [C in status]?: ErrorKind }> = {
  [status.UNAVAILABLE]: 'unavailable',
  [status.FAILED_PRECONDITION]: 'unavailable',
  [status.DATA_LOSS]: 'data',
  [status.INTERNAL]: 'internal',
  [status.UNKNOWN]: 'internal',
};

/** Statuses that gRPC itself gives when a connection or a process ends under a call. */
const BROKEN: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.INTERNAL,
  status.UNAVAILABLE,
]);

/** The error of the other process: its code and context travel as ErrorInfo. */
function thrownThere(error: ServiceError): MillraceError {
  const info = errorInfoOf(error);
  if (info) {
    const kind = KINDS[error.code] ?? 'invalid';
    return new MillraceError({ code: info.reason, kind, message: error.details, context: info.metadata, cause: error });
  }
  const kind = BROKEN.has(error.code) ? 'unavailable' : 'invalid';
  return new MillraceError({ code: 'QUERY_FAILED', kind, message: error.details, cause: error });
}
