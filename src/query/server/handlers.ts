import { status, type handleServerStreamingCall, type handleUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { Logger } from '../../observability/log.js';
import { requestMalformed, slowReader } from '../access/access-errors.js';
import type { StoreGuard } from '../access/store-guard.js';
import { isForCallers, toStatus } from '../status.js';
import type { CallAdmission } from './admit-calls.js';
import type { CallMetrics } from './call-metrics.js';
import { callOf } from './call-of.js';
import { serverEnds, type Ending } from './ending.js';
import { resetStream } from './reset-stream.js';

/** What the handlers of one server share, and the metrics of one method. */
export interface MethodContext extends CallMetrics, Pick<CallAdmission, 'callerOf'> {
  readonly guard: StoreGuard;
  readonly slowReaderTimeoutMs: number;
  readonly ending: Ending;
  readonly log: Logger;
}

type OwnCall = ReturnType<typeof callOf>;

/** Stands for a request whose bytes are not those of its message. */
export class MalformedRequest {
  constructor(readonly cause: unknown) {}
}

/** Serves a method of one request and one response. */
export function unary<Request, Response>(
  method: (request: Request, call: OwnCall) => Promise<Response>,
  context: MethodContext,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const ended = context.started();
    context.ending.outcomeOf(answer(call.request, ownCall(call, context))).then(
      (response) => {
        ended(call.cancelled ? status.CANCELLED : status.OK);
        context.sent.value++;
        callback(null, response);
      },
      (error: unknown) => {
        const failure = failureOf(error, context);
        ended(failure.code);
        callback(failure);
      },
    );
  };
  // Asynchronous, so that what a method throws at once is a rejection too.
  async function answer(request: Request, call: OwnCall): Promise<Response> {
    const checked = checkRequest(request, call, context);
    if (checked) await checked;
    return await method(request, call);
  }
}

/** Serves a method that streams: pulls the next message only when the client has taken what was sent before. */
export function streaming<Request, Response>(
  method: (request: Request, call: OwnCall) => AsyncIterable<Response>,
  context: MethodContext,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const ended = context.started();
    context.ending.outcomeOf(pump(call, method, context)).then(
      () => {
        ended(call.cancelled ? status.CANCELLED : status.OK);
        call.end();
      },
      (error: unknown) => {
        const failure = failureOf(error, context);
        ended(failure.code);
        call.emit('error', failure);
      },
    );
  };
}

function ownCall(call: Parameters<typeof callOf>[0], { clock, callerOf, ending }: MethodContext): OwnCall {
  return callOf(call, clock.nowMs(), callerOf(call.metadata), ending.signal);
}

function checkRequest(request: unknown, { caller }: OwnCall, { guard }: MethodContext): Promise<void> | undefined {
  if (request instanceof MalformedRequest) throw requestMalformed(request.cause);
  return guard.check(request, caller);
}

/** What went wrong inside is for the log, not for the caller. */
function failureOf(error: unknown, { log }: MethodContext): ReturnType<typeof toStatus> {
  if (!isForCallers(error)) log.error({ error }, 'a query failed');
  return toStatus(error);
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  method: (request: Request, call: OwnCall) => AsyncIterable<Response>,
  context: MethodContext,
): Promise<void> {
  const own = ownCall(call, context);
  await checkRequest(call.request, own, context);
  for await (const message of method(call.request, own)) {
    // A deadline that passes cancels the call too; leaving the loop ends the scan.
    if (call.cancelled) return;
    context.sent.value++;
    if (!call.write(message)) await drained(call, context);
  }
  if (context.ending.signal.aborted) throw serverEnds(); // the method may have ended for that, and there be more
}

/** @throws MillraceError `SLOW_READER`; if that is not taken either, the stream is reset after as long again */
function drained<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  { clock, slowReaderTimeoutMs: timeoutMs }: MethodContext,
): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const forget = (): void => {
      call.off('drain', done).off('cancelled', done);
    };
    const done = (): void => {
      cancel();
      forget();
      resolve();
    };
    const cancel = clock.schedule(timeoutMs, () => {
      forget();
      const cancelReset = clock.schedule(timeoutMs, () => { resetStream(call); }, { unref: true }); // prettier-ignore
      call.once('cancelled', cancelReset);
      reject(slowReader(timeoutMs));
    });
    call.on('drain', done).on('cancelled', done);
  });
}
