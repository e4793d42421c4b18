import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ClientAccess, ClientTls } from '../query/client/client-access.js';
import { MillraceError, messageOf } from '../util/errors.js';
import { clientAccessOf } from './access/client-access-of.js';
import type { Config } from './config.js';

/** The HTTP server of a running process, and how it is called. */
export interface ProcessAddress {
  /** `host:port`. */
  readonly host: string;
  readonly access: ClientAccess;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const GET: Request = { method: 'GET', headers: {} };

/** The process that runs on this machine. @throws MillraceError `INVALID_CONFIGURATION` for a file that cannot be read */
export function processAddress(config: Config): ProcessAddress {
  const { host, httpPort } = config;
  return { host: `${host === '0.0.0.0' ? '127.0.0.1' : host}:${httpPort}`, access: clientAccessOf(config) };
}

/** The URL of a path of a process. */
export function urlOf({ host, access }: ProcessAddress, path = ''): string {
  return `${access.tls ? 'https' : 'http'}://${host}${path}`;
}

/**
 * Asks a running process over HTTP; with a body by POST.
 * @throws MillraceError `HTTP_FAILED` where nothing answers, and what the process answers as an error, under its own code
 */
export async function askProcess(process: ProcessAddress, path: string, body?: object): Promise<Response> {
  const json = { 'content-type': 'application/json' };
  const response = await sendTo(
    process,
    path,
    body === undefined ? GET : { method: 'POST', headers: json, body: JSON.stringify(body) },
  );
  if (response.ok) return response;
  const { error: code, message } = (await response.json()) as { error: string; message: string }; // as: the server's error handler
  throw new MillraceError({ code, kind: code === 'FENCED' ? 'fenced' : 'invalid', message });
}

/** Sends a request as it is, whatever the answer. @throws MillraceError `HTTP_FAILED` where nothing answers */
export async function sendTo(process: ProcessAddress, path: string, request: Request = GET): Promise<Response> {
  const { tls, token } = process.access;
  const url = urlOf(process, path);
  const headers = { ...request.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  try {
    return await (tls ? overTls(url, { ...request, headers }, tls) : fetch(url, { ...request, headers }));
  } catch (error) {
    throw httpFailed(`nothing answers at ${process.host}: ${messageOf(error)}`, error);
  }
}

/** A process does not do what it is asked. */
export function httpFailed(message: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: 'HTTP_FAILED',
    kind: 'unavailable',
    message,
    hint: 'Start the process with `millrace run`, or set HOST and HTTP_PORT (TLS_CA where it has TLS), or name Kafka with --brokers.',
    cause,
  });
}

/** `fetch` has no way to name an authority or to show a certificate. */
function overTls(url: string, { body, ...request }: Request, tls: ClientTls): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(url, { ...request, ...tls }, (message) => {
      const stream = Readable.toWeb(message);
      resolve(new Response(stream, { status: message.statusCode ?? 500 }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
