import {
  Client,
  Metadata,
  status,
  type CallOptions as GrpcCallOptions,
  type ChannelOptions,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { MillraceError, type ErrorKind } from '../../util/errors.js';
import { systemClock, type Clock } from '../../util/time.js';
import { StateQueryServiceService } from '../gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../gen/millrace/query/v1/topology_service.js';
import { QUERY_NAMES, STREAMS, type Queries, type QueryName } from '../query-methods.js';
import { channelArguments, type ClientAccess } from './client-access.js';
import { errorInfoOf } from './error-info.js';
import { serviceConfig } from './service-config.js';

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds until it is given up. Default: the client's; of streams that do not end by themselves: never. */
  readonly timeoutMs?: number;
  /** Gives it up: it rejects; a stream without an end just ends. Leaving the loop over a stream gives it up, too. */
  readonly signal?: AbortSignal;
}

type Call<Q> = Q extends (request: infer Request) => infer Answer
  ? (request?: Partial<Request>, options?: CallOptions) => Answer
  : never;

/**
 * Every method of `millrace.query.v1`, by its name: a promise of the response, or an iteration over those of a stream, read as
 * fast as it is asked for. Fields that a request leaves out have their defaults.
 *
 * All reject with a MillraceError `QUERY_FAILED`: its `context` has `grpcCode`, `reason` (as in docs/errors.md) and what else the
 * server told; its `kind` is `unavailable` where asking again may help.
 */
export type QueryClient = { readonly [N in QueryName]: Call<Queries[N]> } & {
  /** Ends its connections. */
  close(): void;
};

export interface QueryClientOptions {
  /** `host:port`, or any name that gRPC resolves, such as `dns:///millrace:50051`. */
  readonly address: string;
  /** TLS and token. Default: plain text, no token. */
  readonly access?: ClientAccess;
  /** Milliseconds until a call is given up. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often a call is made, while the server says that it is unavailable (restoring, moving); 1 to 5. Default 4. */
  readonly attempts?: number;
  /** Options of gRPC's channel, such as `grpc.keepalive_time_ms`. */
  readonly channel?: ChannelOptions;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Streams that go on until the client ends them. */
const ENDLESS: ReadonlySet<string> = new Set(['watch', 'traceRecords']);

type Method = MethodDefinition<unknown, unknown>;
type Deadline = (query: QueryName, options: CallOptions) => GrpcCallOptions;

// Every query is a method of one of the services; their message types differ from one to the other.
const METHODS = { ...StateQueryServiceService, ...TopologyServiceService } as unknown as Readonly<
  Record<QueryName, Method>
>;

/**
 * A client of a running process, over gRPC.
 *
 *     const client = createQueryClient({ address: 'localhost:50051' })
 *     const { record } = await client.get({ store: 'balances', key: 'b' })
 *     for await (const { records } of client.range({ store: 'balances', prefix: 'a' })) …
 *     client.close()
 */
export function createQueryClient(options: QueryClientOptions): QueryClient {
  const { address, access = {}, timeoutMs = 10_000, attempts = 4, channel = {}, clock = systemClock } = options;
  const [credentials, more] = channelArguments(access);
  const config = { 'grpc.service_config': serviceConfig(attempts) };
  const client = new Client(address, credentials, { ...config, ...channel, ...more });
  const deadline: Deadline = (query, call) => {
    const ms = call.timeoutMs ?? (ENDLESS.has(query) ? undefined : timeoutMs);
    return ms === undefined ? {} : { deadline: new Date(clock.nowMs() + ms) };
  };
  const calls = QUERY_NAMES.map((name) => {
    const call = STREAMS.has(name)
      ? streaming(client, address, name, deadline)
      : unary(client, address, name, deadline);
    return [name, call] as const;
  });
  return {
    ...(Object.fromEntries(calls) as unknown as QueryClient), // every name, by the service's own method
    close: () => {
      client.close();
    },
  };
}

/** With the defaults of what it leaves out. */
function requestOf({ requestDeserialize }: Method, given: object = {}): unknown {
  return { ...(requestDeserialize(Buffer.alloc(0)) as object), ...given }; // as: a message
}

function unary(client: Client, address: string, query: QueryName, deadline: Deadline) {
  return (given?: object, options: CallOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const method = METHODS[query];
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        requestOf(method, given),
        new Metadata(),
        deadline(query, options),
        (error, response) => {
          options.signal?.removeEventListener('abort', cancel);
          if (error) reject(failure(address, error));
          else resolve(response);
        },
      );
      const cancel = (): void => {
        call.cancel();
      };
      options.signal?.addEventListener('abort', cancel);
      if (options.signal?.aborted) cancel();
    });
}

function streaming(client: Client, address: string, query: QueryName, deadline: Deadline) {
  return async function* (given?: object, options: CallOptions = {}): AsyncGenerator {
    const method = METHODS[query];
    const stream: ClientReadableStream<unknown> = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      requestOf(method, given),
      deadline(query, options),
    );
    const cancel = (): void => {
      stream.cancel();
    };
    options.signal?.addEventListener('abort', cancel);
    if (options.signal?.aborted) cancel();
    try {
      for await (const message of stream) yield message;
    } catch (error) {
      if (options.signal?.aborted && ENDLESS.has(query)) return;
      throw failure(address, error as ServiceError); // grpc-js fails a stream with nothing else
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      stream.cancel();
    }
  };
}

const KINDS: Readonly<{ [C in status]?: ErrorKind }> = {
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'unavailable',
  [status.CANCELLED]: 'unavailable',
  [status.DATA_LOSS]: 'data',
  [status.INTERNAL]: 'internal',
  [status.UNKNOWN]: 'internal',
};

function failure(address: string, error: ServiceError): MillraceError {
  const { code: grpcCode } = error;
  const unreachable = grpcCode === status.UNAVAILABLE && /connect|resolution/i.test(error.details);
  const info = errorInfoOf(error);
  return new MillraceError({
    code: 'QUERY_FAILED',
    kind: KINDS[grpcCode] ?? 'invalid',
    message: unreachable ? `nothing answers at ${address}` : error.details,
    hint: unreachable ? 'Start it with `millrace run`, or set HOST and GRPC_PORT (--address).' : undefined,
    cause: error,
    context: { ...info?.metadata, ...(info && { reason: info.reason }), grpcCode },
  });
}
