import { invalid } from '../../util/errors.js';
import type { BrokerSocket } from './kafkajs-internals.js';
import { frameApiVersions } from './request-frame.js';
import { decodeApiVersions, type ApiVersionsResponse } from './requests/api-versions.js';
import { WireReader } from './wire-reader.js';

/**
 * The first exchange on a connection: which versions the broker takes, and which features the cluster has finalized.
 * @throws MillraceError `BROKER_TOO_OLD`
 */
export async function handshakeWith(socket: BrokerSocket, clientId: string): Promise<ApiVersionsResponse> {
  const payload = await new Promise<Buffer>((resolve, reject) => {
    socket.send(frameApiVersions(clientId), true, resolve, reject);
  });
  // A broker that does not know this version says so in version 0, which starts alike.
  const errorCode = payload.readInt16BE(0);
  if (errorCode === 0) return decodeApiVersions(new WireReader(payload));
  throw invalid('BROKER_TOO_OLD', `The broker does not take ApiVersions 3 (error ${errorCode})`, {
    hint: 'Kafka 3.0 or later is needed.',
  });
}
