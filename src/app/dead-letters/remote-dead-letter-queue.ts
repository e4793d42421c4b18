import { MillraceError, messageOf } from '../../util/errors.js';
import type { DeadLetterLine, DeadLetterQueue, WholeDeadLetter } from './dead-letter-queue.js';
import type { PurgedPartition } from './purge.js';
import type { RedriveReport } from './redrive.js';

/**
 * The dead-letter topics of a running process's embedded log, through its HTTP port.
 * @param address `host:port`
 */
export function remoteDeadLetterQueue(address: string): DeadLetterQueue {
  const url = (topic: string, rest = ''): string =>
    `http://${address}/api/dead-letters/${encodeURIComponent(topic)}${rest}`;
  return {
    async *list(topic, where) {
      const query = new URLSearchParams(where.map((condition): [string, string] => ['where', condition]));
      const text = await (await ask(url(topic, `?${query.toString()}`))).text();
      for (const line of text.split('\n').filter(Boolean)) yield JSON.parse(line) as DeadLetterLine; // as: written by the same version
    },
    show: async (topic, partition, offset) =>
      (await (await ask(url(topic, `/${partition}/${offset}`))).json()) as WholeDeadLetter, // as above
    redrive: async (topic, request) => (await (await ask(url(topic, '/redrive'), request)).json()) as RedriveReport,
    purge: async (topic, request) =>
      (await (await ask(url(topic, '/purge'), request)).json()) as readonly PurgedPartition[],
  };
}

async function ask(url: string, body?: object): Promise<Response> {
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
