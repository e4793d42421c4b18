import { MillraceError, messageOf } from '../util/errors.js';
import type { Config } from './config.js';

/** `host:port` of the HTTP server of the process that runs on this machine. */
export function processAddress({ host, httpPort }: Pick<Config, 'host' | 'httpPort'>): string {
  return `${host === '0.0.0.0' ? '127.0.0.1' : host}:${httpPort}`;
}

/**
 * Asks a running process over HTTP; with a body by POST.
 * @throws MillraceError `HTTP_FAILED` where nothing answers, and what the process answers as an error, under its own code
 */
export async function askProcess(url: string, body?: object): Promise<Response> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(url, body === undefined ? {} : post);
  } catch (error) {
    throw new MillraceError({
      code: 'HTTP_FAILED',
      kind: 'unavailable',
      message: `nothing answers at ${new URL(url).host}: ${messageOf(error)}`,
      hint: 'Start the process with `millrace run`, or set HOST and HTTP_PORT, or name Kafka with --brokers.',
      cause: error,
    });
  }
  if (response.ok) return response;
  const { error: code, message } = (await response.json()) as { error: string; message: string }; // as: the server's error handler
  throw new MillraceError({ code, kind: code === 'FENCED' ? 'fenced' : 'invalid', message });
}
