import { MillraceError, messageOf } from '../../util/errors.js';

/** Why a server does not start: something else listens on its port. @param address `host:port` */
export function portBusy(server: 'gRPC' | 'HTTP', address: string, cause: unknown): MillraceError {
  const setting = server.toUpperCase();
  return new MillraceError({
    code: 'PORT_BUSY',
    kind: 'invalid',
    message: `the ${server} server cannot listen on ${address}: ${messageOf(cause)}`,
    hint: `Set ${setting}_PORT (--${setting.toLowerCase()}-port) to a free port, or 0 for any.`,
    cause,
    context: { variable: `${setting}_PORT` },
  });
}
