import { status, type handleServerStreamingCall, type handleUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import type { Call } from '../call.js';
import { toStatus } from '../status.js';
import type { CallMetrics } from './call-metrics.js';
import { callOf } from './call-of.js';

/** Serves a method of one request and one response. */
export function unary<Request, Response>(
  method: (request: Request, call: Call) => Promise<Response>,
  metrics: CallMetrics,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const ended = metrics.started();
    answer(call.request, callOf(call, metrics.clock.nowMs())).then(
      (response) => {
        ended(call.cancelled ? status.CANCELLED : status.OK);
        metrics.sent.value++;
        callback(null, response);
      },
      (error: unknown) => {
        const failure = toStatus(error);
        ended(failure.code);
        callback(failure);
      },
    );
  };
  // Asynchronous, so that what a method throws at once is a rejection too.
  async function answer(request: Request, call: Call): Promise<Response> {
    return await method(request, call);
  }
}

/** Serves a method that streams: pulls the next message only when the client has taken what was sent before. */
export function streaming<Request, Response>(
  method: (request: Request, call: Call) => AsyncIterable<Response>,
  metrics: CallMetrics,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const ended = metrics.started();
    pump(call, method, metrics).then(
      () => {
        ended(call.cancelled ? status.CANCELLED : status.OK);
        call.end();
      },
      (error: unknown) => {
        const failure = toStatus(error);
        ended(failure.code);
        call.emit('error', failure);
      },
    );
  };
}

async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  method: (request: Request, call: Call) => AsyncIterable<Response>,
  metrics: CallMetrics,
): Promise<void> {
  for await (const message of method(call.request, callOf(call, metrics.clock.nowMs()))) {
    // A deadline that passes cancels the call too; leaving the loop ends the scan.
    if (call.cancelled) return;
    metrics.sent.value++;
    if (!call.write(message)) await drained(call);
  }
}

function drained<Request, Response>(call: ServerWritableStream<Request, Response>): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done).off('cancelled', done);
      resolve();
    };
    call.on('drain', done).on('cancelled', done);
  });
}
