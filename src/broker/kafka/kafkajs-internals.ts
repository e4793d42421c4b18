import { createRequire } from 'node:module';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Logger } from '../../observability/log.js';
import { EMPTY_BYTES } from '../../util/bytes.js';
import { BrokerUnavailableError } from '../client/errors.js';

/*
 * The only reach into kafkajs. Of kafkajs 2.2.4 (pinned) its connection is used: socket, TLS, SASL with
 * re-authentication, framing of responses and the queue that matches them to requests. Requests are encoded here, not
 * by kafkajs, so its `Connection.send`, which copies a request three times, is passed by.
 */

/** SASL as `KAFKA_SASL_*` give it. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'oauthbearer';
      /** Asked at every login: gives a token that is valid then. */
      readonly token: () => Promise<string>;
    };

/** TLS: true for the system's certificate authorities. */
export type SslOptions = boolean | Pick<tls.ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>;

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Settings of every connection. */
export interface ConnectionOptions {
  readonly clientId: string;
  readonly ssl: SslOptions;
  readonly sasl: SaslOptions | undefined;
  /** Most that connecting, and logging in, may take. */
  readonly connectTimeoutMs: number;
  readonly log: Logger;
}

/** The versions that a broker offers, by API key. */
export type VersionRanges = ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;

/** One socket to one broker. */
export interface BrokerSocket {
  /** False while a login is missing or due again; then call `authenticate` before the next request. */
  readonly authenticated: boolean;
  /** Logs in by SASL, if asked for. @throws an error whose name is `KafkaJSSASLAuthenticationError` when refused */
  authenticate(versions: VersionRanges): Promise<void>;
  /**
   * Sends a framed request; bytes 8 to 11 of it receive its correlation id. Exactly one of the callbacks is called:
   * `done` with what follows the response's correlation id, or at once, with nothing, if no response is expected.
   */
  send(frame: Buffer, expectsResponse: boolean, done: (payload: Buffer) => void, failed: (cause: Error) => void): void;
  /** Calls `failed` of every request under way, then ends the socket. */
  destroy(cause: Error): void;
}

/**
 * Opens a socket.
 * @param closed called, maybe several times, once it is lost or closed by whomever
 */
export async function openBrokerSocket(
  address: BrokerAddress,
  options: ConnectionOptions,
  closed: () => void,
): Promise<BrokerSocket> {
  const connection = new (loadConnection())({
    ...address,
    clientId: options.clientId,
    ssl: options.ssl === true ? {} : options.ssl || null,
    // kafkajs keeps its authenticator in this object, so each connection has its own.
    sasl: options.sasl ? kafkajsSasl(options.sasl) : null,
    logger: kafkajsLogger(options.log),
    socketFactory: openSocket,
    connectionTimeout: options.connectTimeoutMs,
    requestTimeout: options.connectTimeoutMs,
    enforceRequestTimeout: false,
    maxInFlightRequests: null,
  });
  // Nothing ever waits in kafkajs's queue; its timer would only cost, and warns on Node 24.
  connection.requestQueue.scheduleCheckPendingRequests = () => undefined;
  await connected(connection);
  // kafkajs rejects what is under way at the first of these; whoever then asks again must not meet the same socket.
  for (const event of ['end', 'error', 'close']) connection.socket.once(event, closed);
  return new KafkajsSocket(connection);
}

// kafkajs says nothing when the other side closes during a handshake, and leaves the socket open after a time-out.
async function connected(connection: KafkajsConnection): Promise<void> {
  const opening = connection.connect();
  let fail: () => void = () => undefined;
  const closedEarly = new Promise<never>((_, reject) => {
    fail = () => {
      reject(new BrokerUnavailableError('The connection was closed while it was made'));
    };
  });
  const { socket } = connection;
  socket.once('close', fail);
  try {
    await Promise.race([opening, closedEarly]);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.removeListener('close', fail);
  }
}

class KafkajsSocket implements BrokerSocket {
  private readonly connection: KafkajsConnection;

  constructor(connection: KafkajsConnection) {
    this.connection = connection;
  }

  get authenticated(): boolean {
    return this.connection.sasl === null || this.connection.isAuthenticated();
  }

  async authenticate(versions: VersionRanges): Promise<void> {
    this.connection.setVersions(Object.fromEntries(versions));
    this.connection.setSupportAuthenticationProtocol(versions.has(SASL_AUTHENTICATE_KEY));
    await this.connection.authenticate();
  }

  send(frame: Buffer, expectsResponse: boolean, done: (payload: Buffer) => void, failed: (cause: Error) => void): void {
    const { connection } = this;
    const correlationId = connection.nextCorrelationId();
    frame.writeInt32BE(correlationId, 8);
    const [apiKey, apiVersion] = [frame.readInt16BE(4), frame.readInt16BE(6)];
    connection.requestQueue.push({
      entry: {
        apiKey,
        apiVersion,
        apiName: String(apiKey),
        correlationId,
        resolve: ({ payload }) => {
          done(payload ?? EMPTY_BYTES);
        },
        reject: failed,
      },
      expectResponse: expectsResponse,
      requestTimeout: null,
      sendRequest: () => {
        connection.socket.write(frame);
      },
    });
  }

  destroy(cause: Error): void {
    this.connection.rejectRequests(cause);
    this.connection.socket.destroy();
    void this.connection.disconnect();
  }
}

function kafkajsSasl(sasl: SaslOptions): object {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  return { mechanism: sasl.mechanism, oauthBearerProvider: async () => ({ value: await sasl.token() }) };
}

const SASL_AUTHENTICATE_KEY = 36;
const KEEP_ALIVE_MS = 60_000;

// kafkajs's own socket has Nagle's algorithm on, which delays small requests by up to 40 ms.
function openSocket({ host, port, ssl, onConnect }: SocketRequest): net.Socket {
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl
    ? tls.connect({ host, port, ...servername, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
}

interface SocketRequest {
  host: string;
  port: number;
  ssl: tls.ConnectionOptions | null;
  onConnect: () => void;
}

// What follows is what kafkajs's sources say of themselves; the package types none of it.

interface KafkajsConnection {
  readonly socket: net.Socket;
  readonly sasl: object | null;
  readonly requestQueue: {
    push(request: {
      entry: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        correlationId: number;
        resolve: (answer: { payload: Buffer | null }) => void;
        reject: (cause: Error) => void;
      };
      expectResponse: boolean;
      requestTimeout: number | null;
      sendRequest: () => void;
    }): void;
    scheduleCheckPendingRequests: () => void;
  };
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
  isAuthenticated(): boolean;
  authenticate(): Promise<void>;
  setVersions(versions: Record<string, { minVersion: number; maxVersion: number }>): void;
  setSupportAuthenticationProtocol(supported: boolean): void;
  nextCorrelationId(): number;
  rejectRequests(cause: Error): void;
}

type KafkajsConnectionClass = new (options: object) => KafkajsConnection;

function loadConnection(): KafkajsConnectionClass {
  return createRequire(import.meta.url)('kafkajs/src/network/connection') as KafkajsConnectionClass;
}

// Failures come back as errors and are reported by who asked, so all that kafkajs says is detail.
function kafkajsLogger(log: Logger): object {
  const say = (message: string, fields: object): void => {
    log.trace(fields, message);
  };
  const logger = { namespace: () => logger, debug: say, info: say, warn: say, error: say };
  return logger;
}
