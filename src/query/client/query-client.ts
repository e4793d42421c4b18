import { Metadata, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import {
  StateQueryServiceClient,
  type FetchSessionsRequest,
  type FetchSessionsResponse,
  type FetchWindowsRequest,
  type FetchWindowsResponse,
  type GetRequest,
  type GetResponse,
  type ListStoresResponse,
  type ListVersionsRequest,
  type ListVersionsResponse,
  type RangeRequest,
  type RangeResponse,
  type WatchRequest,
  type WatchResponse,
} from '../gen/millrace/query/v1/state_query_service.js';
import { channelArguments, type ClientAccess } from './client-access.js';

/** Asks the state of a running process over gRPC. Every method rejects with a MillraceError `QUERY_FAILED`. */
export interface QueryClient {
  listStores(application: string): Promise<ListStoresResponse>;
  get(request: GetRequest): Promise<GetResponse>;
  range(request: RangeRequest): AsyncIterable<RangeResponse>;
  fetchWindows(request: FetchWindowsRequest): AsyncIterable<FetchWindowsResponse>;
  fetchSessions(request: FetchSessionsRequest): AsyncIterable<FetchSessionsResponse>;
  listVersions(request: ListVersionsRequest): AsyncIterable<ListVersionsResponse>;
  /** Without a deadline; ends when it is aborted. */
  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchResponse>;
  close(): void;
}

/**
 * @param options.address `host:port`
 * @param options.access default: plain text, no token
 * @param options.timeoutMs deadline of each call; default 10,000
 */
export function createQueryClient(options: {
  readonly address: string;
  readonly access?: ClientAccess;
  readonly timeoutMs?: number;
  readonly clock: Clock;
}): QueryClient {
  const { address, access = {}, timeoutMs = 10_000 } = options;
  const client = new StateQueryServiceClient(address, ...channelArguments(access));
  const deadline = (): { deadline: Date } => ({ deadline: new Date(options.clock.nowMs() + timeoutMs) });
  const unary = <T>(start: (done: (error: ServiceError | null, response: T) => void) => unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      start((error, response) => {
        if (error) reject(failure(address, error));
        else resolve(response);
      });
    });
  return {
    listStores: (application) => unary((done) => client.listStores({ application }, new Metadata(), deadline(), done)),
    get: (request) => unary((done) => client.get(request, new Metadata(), deadline(), done)),
    range: (request) => messages(address, client.range(request, deadline())),
    fetchWindows: (request) => messages(address, client.fetchWindows(request, deadline())),
    fetchSessions: (request) => messages(address, client.fetchSessions(request, deadline())),
    listVersions: (request) => messages(address, client.listVersions(request, deadline())),
    watch: (request, signal) => messages(address, client.watch(request), signal),
    close() {
      client.close();
    },
  };
}

async function* messages<T>(address: string, stream: ClientReadableStream<T>, signal?: AbortSignal): AsyncGenerator<T> {
  const cancel = (): void => {
    stream.cancel();
  };
  signal?.addEventListener('abort', cancel);
  try {
    for await (const message of stream) yield message as T; // the stream's own iterator has no type
  } catch (error) {
    if (signal?.aborted) return;
    throw failure(address, error as ServiceError); // grpc-js fails a stream with nothing else
  } finally {
    signal?.removeEventListener('abort', cancel);
    stream.cancel();
  }
}

function failure(address: string, error: ServiceError): MillraceError {
  const { code } = error;
  const unavailable = code === status.UNAVAILABLE;
  const unreachable = unavailable && /connect|resolution/i.test(error.details);
  return new MillraceError({
    code: 'QUERY_FAILED',
    kind: unavailable ? 'unavailable' : 'invalid',
    message: unreachable ? `nothing answers at ${address}` : error.details,
    hint: unreachable ? 'Start it with `millrace run`, or set HOST and GRPC_PORT (--address).' : undefined,
    cause: error,
    context: { grpcCode: code },
  });
}
