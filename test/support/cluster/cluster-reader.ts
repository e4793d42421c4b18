import { credentials, Metadata, status, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import { RetryInfo } from '../../../src/query/gen/google/rpc/error_details.js';
import { Status } from '../../../src/query/gen/google/rpc/status.js';
import {
  GetRequest,
  StateQueryServiceClient,
  type GetResponse,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { systemClock } from '../../../src/util/time.js';

/** Asks again what is unavailable, as a client is told to by its service config. */
export const RETRIES: ChannelOptions = {
  'grpc.service_config': JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: [{ service: 'millrace.query.v1.StateQueryService' }],
        retryPolicy: {
          maxAttempts: 5,
          initialBackoff: '0.2s',
          maxBackoff: '2s',
          backoffMultiplier: 2,
          retryableStatusCodes: ['UNAVAILABLE'],
        },
      },
    ],
  }),
};

/** Asks once, whichever address answers. What no server has taken gRPC sends again by itself, whatever the service config says. */
export const NO_RETRIES: ChannelOptions = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};

/** Reads the store `latest` over gRPC. */
export class ClusterReader {
  readonly #client: StateQueryServiceClient;

  /** @param ports of the instances, on 127.0.0.1: several are one channel */
  constructor(
    ports: readonly number[],
    private readonly timeoutMs: number,
    options: ChannelOptions = {},
  ) {
    const target = `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
    const reconnect = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 };
    this.#client = new StateQueryServiceClient(target, credentials.createInsecure(), { ...reconnect, ...options });
  }

  get(key: string, options?: Parameters<typeof GetRequest.fromPartial>[0]['options']): Promise<GetResponse> {
    const request = GetRequest.fromPartial({ store: 'latest', key, options });
    return new Promise((resolve, reject) => {
      const deadline = new Date(systemClock.nowMs() + this.timeoutMs);
      this.#client.get(request, new Metadata(), { deadline }, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Whether a call failed as a client may expect of an instance that is there: UNAVAILABLE, with when to ask again. */
export function saysWhenToAskAgain({ code, metadata }: ServiceError): boolean {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (code !== status.UNAVAILABLE || !Buffer.isBuffer(bytes)) return false;
  const packed = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.RetryInfo'));
  return packed !== undefined && (RetryInfo.decode(packed.value).retryDelay?.nanos ?? 0) > 0;
}

/** Whether there was no process to say anything. */
export function reachedNobody({ code, metadata }: ServiceError): boolean {
  return code === status.UNAVAILABLE && metadata.get('grpc-status-details-bin').length === 0;
}
