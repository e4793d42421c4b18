import { invalid, messageOf, MillraceError } from '../../util/errors.js';
import type { Random } from '../../util/random.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import { BrokerUnavailableError } from '../client/errors.js';
import { certificateRemedy } from './certificate-remedy.js';
import { handshakeWith } from './handshake.js';
import {
  openBrokerSocket,
  type BrokerAddress,
  type BrokerSocket,
  type ConnectionOptions,
  type VersionRanges,
} from './kafkajs-internals.js';
import type { ApiVersionsResponse } from './requests/api-versions.js';

/** One request on its way: waiting for the connection, or for its response. */
export interface PendingRequest {
  readonly frame: Buffer;
  /** For messages. */
  readonly name: string;
  readonly apiKey: number;
  readonly version: number;
  readonly expectsResponse: boolean;
  /** Waiting for the connection included. */
  readonly timeoutMs: number;
  readonly done: (payload: Buffer) => void;
  readonly failed: (cause: Error) => void;
}

export interface BrokerConnectionOptions extends ConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Who is at the other end, for messages: `broker 1`. */
  readonly peer: string;
  /** Where to connect, in order of preference; asked at every attempt. */
  readonly addresses: () => readonly BrokerAddress[];
  /** Called with what the broker says of itself, at every connect. */
  readonly onHandshake: (handshake: ApiVersionsResponse) => void;
}

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 1_000;

interface Waiting extends PendingRequest {
  readonly deadlineMs: number;
  /** The socket it went to; undefined while it waits for one. */
  socket: BrokerSocket | undefined;
}

/**
 * A connection that opens when something is sent, and again after it was lost: no sooner than a growing back-off after
 * a failed attempt. Requests are sent and answered in the order of the calls. When a response does not come in time the
 * socket is given up, since whatever follows would wait behind it.
 */
export class BrokerConnection {
  private readonly options: BrokerConnectionOptions;
  private socket: BrokerSocket | undefined;
  private versions: VersionRanges = new Map();
  /** A connect or login is under way; requests wait in `queue`. */
  private opening = false;
  private readonly queue: Waiting[] = [];
  /** Neither answered nor failed, sent or not. */
  private readonly unsettled = new Set<Waiting>();
  private failures = 0;
  private notBeforeMs = 0;
  private timer: { readonly atMs: number; readonly cancel: CancelTimer } | undefined;
  private closedBy: Error | undefined;

  constructor(options: BrokerConnectionOptions) {
    this.options = options;
  }

  /** Sends a request as soon as there is a connection; calls one of its callbacks once, never before it returns. */
  send(request: PendingRequest): void {
    if (this.closedBy) {
      request.failed(this.closedBy);
      return;
    }
    const deadlineMs = this.options.clock.monotonicMs() + request.timeoutMs;
    const waiting: Waiting = { ...request, deadlineMs, socket: undefined };
    this.unsettled.add(waiting);
    this.watch(deadlineMs);
    if (this.socket?.authenticated && !this.opening) {
      this.write(waiting, this.socket);
      return;
    }
    this.queue.push(waiting);
    if (!this.opening) void this.open();
  }

  /** Fails what is under way; nothing can be sent any more. */
  close(cause: Error): void {
    this.closedBy = cause;
    this.drop(cause);
    this.timer?.cancel();
  }

  /** Gives the socket up and fails what is under way; the next request connects anew. */
  drop(cause: Error): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy(cause);
    this.queue.length = 0;
    for (const request of [...this.unsettled]) this.fail(request, cause);
  }

  private async open(): Promise<void> {
    this.opening = true;
    try {
      await this.backOff();
      // The socket may be there already, with only its login due again.
      this.socket = this.socket ? await this.logInAgain(this.socket) : await this.connect();
      this.opening = false;
      this.recovered();
      for (const request of this.queue.splice(0)) this.write(request, this.socket);
    } catch (cause) {
      this.opening = false;
      this.backOffAfter(cause);
      this.drop(this.closedBy ?? connectError(cause, this.options));
    }
  }

  private async connect(): Promise<BrokerSocket> {
    let cause: unknown = new BrokerUnavailableError(`no address of ${this.options.peer} is known`);
    for (const address of this.options.addresses()) {
      try {
        return await this.connectTo(address);
      } catch (error) {
        cause = error;
        if (this.closedBy !== undefined || !isTransient(error)) break;
      }
    }
    throw cause;
  }

  private async connectTo(address: BrokerAddress): Promise<BrokerSocket> {
    const lost = new BrokerUnavailableError(`The connection to ${nameOf(address)} was lost`);
    const socket = await openBrokerSocket(address, this.options, () => {
      if (this.socket === socket) this.drop(lost);
      else socket.destroy(lost);
    });
    const handshake = await this.inTime(socket, () => handshakeWith(socket, this.options.clientId));
    this.versions = handshake.ranges;
    this.options.onHandshake(handshake);
    if (!socket.authenticated) await this.inTime(socket, () => socket.authenticate(handshake.ranges));
    if (!this.closedBy) return socket;
    socket.destroy(this.closedBy);
    throw this.closedBy;
  }

  private async logInAgain(socket: BrokerSocket): Promise<BrokerSocket> {
    await this.inTime(socket, () => socket.authenticate(this.versions));
    return socket;
  }

  /** Destroys the socket, which makes the work fail, when it takes longer than connecting may. */
  private async inTime<T>(socket: BrokerSocket, work: () => Promise<T>): Promise<T> {
    const { clock, connectTimeoutMs } = this.options;
    const cancel = clock.schedule(connectTimeoutMs, () => {
      socket.destroy(new BrokerUnavailableError(`the broker did not answer within ${connectTimeoutMs} ms`));
    });
    try {
      return await work();
    } catch (cause) {
      socket.destroy(new BrokerUnavailableError(messageOf(cause)));
      throw cause;
    } finally {
      cancel();
    }
  }

  private async backOff(): Promise<void> {
    const waitMs = this.notBeforeMs - this.options.clock.monotonicMs();
    if (waitMs > 0) await this.options.clock.sleep(waitMs);
    if (this.closedBy) throw this.closedBy;
  }

  private backOffAfter(cause: unknown): void {
    const { clock, random, log } = this.options;
    const delayMs = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.failures++);
    this.notBeforeMs = clock.monotonicMs() + delayMs * (0.8 + 0.4 * random.next());
    const fields = { brokers: this.options.addresses().map(nameOf), reason: messageOf(cause) };
    if (this.failures === 1 && !this.closedBy) log.warn(fields, 'cannot connect to broker; trying again when asked');
  }

  private recovered(): void {
    if (this.failures > 0) this.options.log.info({ attempts: this.failures + 1 }, 'connected to broker again');
    this.failures = 0;
    this.notBeforeMs = 0;
  }

  private write(request: Waiting, socket: BrokerSocket): void {
    if (!this.unsettled.has(request)) return;
    const range = this.versions.get(request.apiKey);
    if (range && (request.version < range.minVersion || request.version > range.maxVersion)) {
      this.fail(request, anotherVersion(request, range));
      return;
    }
    request.socket = socket;
    socket.send(
      request.frame,
      request.expectsResponse,
      (payload) => {
        if (this.unsettled.delete(request)) request.done(payload);
      },
      (cause) => {
        this.fail(request, asUnavailable(cause, request.name, this.options.peer));
      },
    );
  }

  private fail(request: Waiting, cause: Error): void {
    if (this.unsettled.delete(request)) request.failed(cause);
  }

  // One timer for all: it is set for the earliest deadline, and finds out what is left to watch when it rings.
  private watch(deadlineMs: number): void {
    if (this.timer && this.timer.atMs <= deadlineMs) return;
    this.timer?.cancel();
    const { clock } = this.options;
    const ring = (): void => {
      this.timer = undefined;
      this.expire();
    };
    const cancel = clock.schedule(Math.max(0, deadlineMs - clock.monotonicMs()), ring, { unref: true });
    this.timer = { atMs: deadlineMs, cancel };
  }

  private expire(): void {
    const now = this.options.clock.monotonicMs();
    let earliest = Infinity;
    for (const request of [...this.unsettled]) {
      if (request.deadlineMs > now) {
        earliest = Math.min(earliest, request.deadlineMs);
        continue;
      }
      const cause = timedOut(request, this.options.peer);
      this.fail(request, cause);
      if (request.socket && request.socket === this.socket) this.drop(cause);
    }
    if (earliest < Infinity && this.unsettled.size > 0) this.watch(earliest);
  }
}

function nameOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}

function timedOut({ name, timeoutMs, socket }: Waiting, peer: string): BrokerUnavailableError {
  const what = socket ? `was not answered by ${peer}` : `could not be sent to ${peer}`;
  return new BrokerUnavailableError(`${name} ${what} within ${timeoutMs} ms`);
}

function anotherVersion(request: PendingRequest, range: { minVersion: number; maxVersion: number }): Error {
  return new BrokerUnavailableError(
    `This broker takes ${request.name} in versions ${range.minVersion} to ${range.maxVersion}, not ${request.version}`,
    { hint: 'Brokers are being upgraded; when all are, connect again.' },
  );
}

function asUnavailable(cause: Error, name: string, peer: string): Error {
  if (cause instanceof MillraceError) return cause;
  return new BrokerUnavailableError(`${name} was not answered by ${peer}: ${messageOf(cause)}`, { cause });
}

function isRefusedLogin(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'KafkaJSSASLAuthenticationError';
}

/** False if another attempt, here or elsewhere, must fail alike. */
function isTransient(cause: unknown): boolean {
  if (isRefusedLogin(cause) || certificateRemedy(cause) !== undefined) return false;
  return !(cause instanceof MillraceError && cause.kind === 'invalid');
}

function connectError(cause: unknown, { peer, addresses }: BrokerConnectionOptions): Error {
  if (isRefusedLogin(cause)) {
    return invalid('BROKER_LOGIN_REFUSED', `The broker refused the login: ${messageOf(cause)}`, {
      cause,
      hint: 'Check KAFKA_SASL_MECHANISM, and KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD or KAFKA_SASL_TOKEN_FILE.',
    });
  }
  if (cause instanceof MillraceError && cause.kind === 'invalid') return cause;
  const where = addresses().map(nameOf).join(', ');
  const remedy = certificateRemedy(cause);
  if (remedy !== undefined) {
    const message = `The certificate of ${peer} (${where}) is not trusted: ${messageOf(cause)}`;
    return invalid('BROKER_CERTIFICATE_REFUSED', message, { cause, hint: remedy });
  }
  return new BrokerUnavailableError(`Cannot connect to ${peer}${where && ` (${where})`}: ${messageOf(cause)}`, {
    cause,
    hint: 'Check that the broker runs, its address (KAFKA_BROKERS, advertised.listeners) and whether it wants TLS, or a client certificate (KAFKA_SSL_CERT).',
  });
}
