import type { Metadata, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { tasksFromText } from '../../runtime/assignment/task-ranges.js';
import type { Caller } from '../access/caller.js';
import { withMargin, type Call, type Hop } from '../call.js';
import { HOP_HEADER, TASKS_HEADER } from '../hop-headers.js';

type ServerCall = Pick<ServerUnaryCall<unknown, unknown>, 'getDeadline' | 'metadata' | 'cancelled' | 'on'>;

/**
 * Deadline, cancellation and origin of a gRPC call.
 * @param caller who makes it
 * @param ending aborted when the server can wait no longer for any call
 */
export function callOf(
  call: ServerCall | ServerWritableStream<unknown, unknown>,
  nowMs: number,
  caller: Caller,
  ending: AbortSignal,
): Call & { readonly caller: Caller } {
  const deadline = call.getDeadline();
  const deadlineMs = typeof deadline === 'number' ? deadline : deadline.getTime();
  const abort = new AbortController();
  call.on('cancelled', () => {
    abort.abort();
  });
  return {
    signal: AbortSignal.any([abort.signal, ending]),
    ...(Number.isFinite(deadlineMs) && { deadlineMs: withMargin(deadlineMs, nowMs) }),
    caller,
    hop: hopOf(call.metadata),
  };
}

function hopOf(metadata: Metadata): Hop | undefined {
  const [instanceId] = metadata.get(HOP_HEADER);
  if (instanceId === undefined) return undefined;
  const [tasks = ''] = metadata.get(TASKS_HEADER);
  return { instanceId: String(instanceId), tasks: tasksFromText(String(tasks)) };
}
