import type { ServiceError } from '@grpc/grpc-js';
import { ErrorInfo } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';

/** Why a server refused, as it told programs; undefined: it did not. */
export function errorInfoOf({ metadata }: Pick<ServiceError, 'metadata'>): ErrorInfo | undefined {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return undefined;
  const packed = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl.endsWith('/google.rpc.ErrorInfo'));
  return packed && ErrorInfo.decode(packed.value);
}
