import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from '../../observability/log.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import { readTls, watchTls, type TlsFiles } from '../access/tls-material.js';
import { portBusy } from './port-busy.js';

/** Longest a TLS handshake takes. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: TlsFiles | undefined;
  /** Further ones are closed at once. */
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes each connection when it is ready; a failing one is closed with no more said. */
  readonly onConnection: (socket: Socket) => void;
}

/** A port with its connections. */
export interface Listener {
  readonly port: number;
  /** Those that are open and ready. */
  readonly connections: ReadonlySet<Socket>;
  /** Takes no more connections; resolves when the last of those there has ended. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP/2 connections, in plain text or over TLS whose files may change.
 * @throws MillraceError `PORT_BUSY`, `TLS_FILE_INVALID`
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port, maxConnections } = options;
  const connections = new Set<Socket>();
  const [server, stopWatching] = await open(options, connections);
  server.maxConnections = maxConnections;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    stopWatching();
    throw portBusy('gRPC', `${host}:${port}`, error);
  }
  const address = server.address() as AddressInfo; // it listens on a port
  return {
    port: address.port,
    connections,
    async close() {
      stopWatching();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

async function open(
  { tls, clock, log, onConnection }: ListenerOptions,
  connections: Set<Socket>,
): Promise<[Server, CancelTimer]> {
  const take = (socket: Socket): void => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', (error) => {
      log.debug({ error }, 'a gRPC connection failed');
    });
    onConnection(socket);
  };
  if (tls === undefined) return [createServer({ noDelay: true }, take), () => undefined];
  const mutual = tls.clientCa !== undefined;
  const server = createTlsServer(
    {
      ...(await readTls(tls)),
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      requestCert: mutual,
      rejectUnauthorized: mutual,
    },
    take,
  );
  server.on('tlsClientError', (error) => {
    log.debug({ error }, 'a TLS handshake failed');
  });
  return [
    server,
    watchTls(tls, clock, log, (material) => {
      server.setSecureContext(material);
    }),
  ];
}
