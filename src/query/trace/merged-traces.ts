import type { TraceRecordsResponse } from '../gen/millrace/query/v1/topology_service.js';
import { storeUnavailableError } from '../query-errors.js';

type Steps = AsyncIterator<TraceRecordsResponse>;

/** An instance that can be asked to follow. */
export interface TraceMember {
  readonly instanceId: string;
  readonly follow: () => AsyncIterable<TraceRecordsResponse>;
}

/** What an instance gave, or how its stream ended. */
interface Arrival {
  readonly instanceId: string;
  readonly result: IteratorResult<TraceRecordsResponse, unknown> | undefined;
  readonly error: unknown;
}

/**
 * The steps that several instances tell of the records of one key, as they come. One that joins, or is back, is asked too at
 * the next sign of life; one that is gone is done without, as long as there is another.
 * @param members those that can be asked now
 */
export async function* mergedTraces(members: () => readonly TraceMember[]): AsyncGenerator<TraceRecordsResponse> {
  const streams = new Map<string, Steps>();
  const pending = new Map<string, Promise<Arrival>>();
  const askNew = (): void => {
    for (const { instanceId, follow } of members()) {
      if (streams.has(instanceId)) continue;
      const steps = follow()[Symbol.asyncIterator]();
      streams.set(instanceId, steps);
      pending.set(instanceId, arrival(instanceId, steps));
    }
  };
  try {
    askNew();
    if (pending.size === 0) throw storeUnavailableError('NOT_ACTIVE', '', 'no instance can be asked yet');
    while (pending.size > 0) {
      const { instanceId, result, error } = await Promise.race(pending.values());
      pending.delete(instanceId);
      if (result === undefined) {
        streams.delete(instanceId);
        if (pending.size === 0) throw error;
      } else if (!result.done) {
        yield result.value;
        pending.set(instanceId, arrival(instanceId, streams.get(instanceId)));
        if (result.value.step === undefined) askNew();
      }
    }
  } finally {
    for (const steps of streams.values()) void steps.return?.();
  }
}

async function arrival(instanceId: string, steps: Steps | undefined): Promise<Arrival> {
  try {
    return { instanceId, result: await steps?.next(), error: undefined };
  } catch (error) {
    return { instanceId, result: undefined, error };
  }
}
