import {
  credentials,
  InterceptingCall,
  type ChannelCredentials,
  type ClientOptions,
  type Interceptor,
} from '@grpc/grpc-js';

/** What a client shows a server, and what it expects of it. */
export interface ClientAccess {
  /** Undefined: plain text. */
  readonly tls?: ClientTls;
  /** Sent with each call. */
  readonly token?: string;
}

export interface ClientTls {
  /** PEM; undefined: the machine's authorities. */
  readonly ca?: string;
  /** PEM, for a server that asks for certificates. */
  readonly cert?: string;
  readonly key?: string;
}

/** What a gRPC client is made with, behind its address. */
export function channelArguments({ tls, token }: ClientAccess): [ChannelCredentials, ClientOptions] {
  const channel = tls
    ? credentials.createSsl(bytes(tls.ca), bytes(tls.key), bytes(tls.cert))
    : credentials.createInsecure();
  return [channel, token === undefined ? {} : { interceptors: [withToken(token)] }];
}

/** Not as call credentials: those go over TLS only, and a token may be asked for without. */
function withToken(token: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}

function bytes(pem: string | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}
