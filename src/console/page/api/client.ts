import { ApiError, errorOf, textOf } from './api-error.js';
import { serverSentEvents, type ServerSentEvent } from './server-sent-events.js';
import { textLines } from './text-lines.js';
import { token } from './token.js';

/** What may be asked at a path. Undefined parameters are left out. */
export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Asks for JSON.
 * @throws ApiError
 */
export async function getJson<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(withParameters(path, parameters), { signal: signal ?? null });
  return (await response.json()) as T; // the API's own answer; messages.ts says what is in it
}

/**
 * Calls a unary method by its REST twin.
 * @param method `StateQueryService/Get`
 * @throws ApiError
 */
export async function call<T>(method: string, message: object, signal?: AbortSignal): Promise<T> {
  return (await (await post(method, message, signal)).json()) as T; // as above
}

/**
 * Calls a method that streams: its messages, as they come.
 * @throws ApiError
 */
export async function* callStreaming<T>(method: string, message: object, signal?: AbortSignal): AsyncGenerator<T> {
  const response = await post(method, message, signal);
  for await (const line of textLines(bodyOf(response))) {
    if (line !== '') yield JSON.parse(line) as T; // as above
  }
}

/**
 * The lines of a body of JSON lines.
 * @throws ApiError
 */
export async function* getJsonLines<T>(path: string, parameters: Parameters, signal?: AbortSignal): AsyncGenerator<T> {
  const response = await request(withParameters(path, parameters), { signal: signal ?? null });
  for await (const line of textLines(bodyOf(response))) {
    if (line !== '') yield JSON.parse(line) as T; // as above
  }
}

/**
 * The events of a path that sends them until it is left.
 * @throws ApiError
 */
export async function* getEvents(
  path: string,
  parameters: Parameters,
  signal?: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const headers = { accept: 'text/event-stream' };
  const response = await request(withParameters(path, parameters), { signal: signal ?? null, headers });
  yield* serverSentEvents(textLines(bodyOf(response)));
}

function post(method: string, message: object, signal?: AbortSignal): Promise<Response> {
  return request(`api/millrace.query.v1.${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal: signal ?? null,
  });
}

/** Paths are relative to the page, so that it also works behind a proxy that serves it elsewhere. */
async function request(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token.peek() !== '') headers.set('authorization', `Bearer ${token.peek()}`);
  const response = await fetch(path, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'UNREACHABLE', `nothing answers here: ${textOf(error)}`);
  });
  if (response.ok) return response;
  throw await errorOf(response);
}

function withParameters(path: string, parameters: Parameters): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** By a reader: not every browser iterates a stream. Leaving the loop cancels the request. */
async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
