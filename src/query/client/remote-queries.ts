import {
  Client,
  credentials,
  Metadata,
  status,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { MillraceError, type ErrorKind } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { ErrorInfo } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';
import { StateQueryServiceService } from '../gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../gen/millrace/query/v1/topology_service.js';
import { QUERY_NAMES, STREAMS, type Queries, type QueryName } from '../query-methods.js';

/** Longest a call of one answer takes, and a connection to come about. */
const CALL_TIMEOUT_MS = 10_000;

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
 * Asks the process at `address` (`host:port`); its errors come back as they were thrown there.
 */
export function remoteQueries(address: string, clock: Clock): RemoteQueries {
  const client = new Client(address, credentials.createInsecure());
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

function unary(client: Client, method: Method, clock: Clock) {
  return (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const options = { deadline: new Date(clock.nowMs() + CALL_TIMEOUT_MS) };
      const { path, requestSerialize, responseDeserialize } = method;
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        options,
        (error, answer) => {
          // prettier-ignore
          if (error) reject(thrownThere(error));
        else resolve(answer);
        },
      );
    });
}

function streaming(client: Client, { path, requestSerialize, responseDeserialize }: Method) {
  return async function* (request: unknown): AsyncGenerator {
    const stream: ClientReadableStream<unknown> = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
    );
    try {
      for await (const message of stream) yield message;
    } catch (error) {
      throw thrownThere(error as ServiceError); // grpc-js fails a stream with nothing else
    } finally {
      stream.cancel();
    }
  };
}

const KINDS: Readonly<{ [C in status]?: ErrorKind }> = {
  [status.UNAVAILABLE]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'unavailable',
  [status.DATA_LOSS]: 'data',
  [status.INTERNAL]: 'internal',
  [status.UNKNOWN]: 'internal',
};

/** The error of the other process: its code and context travel as ErrorInfo. */
function thrownThere(error: ServiceError): MillraceError {
  const kind = KINDS[error.code] ?? 'invalid';
  const info = errorInfoOf(error);
  if (info) {
    return new MillraceError({ code: info.reason, kind, message: error.details, context: info.metadata, cause: error });
  }
  return new MillraceError({ code: 'QUERY_FAILED', kind, message: error.details, cause: error });
}

function errorInfoOf({ metadata }: ServiceError): ErrorInfo | undefined {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return undefined;
  const packed = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
  return packed && ErrorInfo.decode(packed.value);
}
