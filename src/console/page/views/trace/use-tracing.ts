import { useRef, useState } from 'preact/hooks';
import { ApiError, textOf } from '../../api/api-error.js';
import { callStreaming } from '../../api/client.js';
import { clock } from '../../live/clock.js';
import { keyFrom } from '../../parts/json-text.js';
import type { TraceStepMessage } from './trace-messages.js';
import { NO_TRACES, withStep, type Traces } from './traces.js';

/** What is followed. */
export interface Following {
  readonly application: string;
  readonly key: string;
  readonly keySerde: string | undefined;
  /** Empty: every topic that the graph reads. */
  readonly topic: string;
  readonly limit: number;
}

export type TracingState =
  | { readonly state: 'idle' | 'following' | 'ended' | 'not served' }
  | { readonly state: 'failed'; readonly message: string };

/** Steps are shown at most so often. */
const SHOW_EVERY_MS = 150;

/** Follows a key from `start` until `stop`, the limit, or an error. */
export function useTracing() {
  const [traces, setTraces] = useState(NO_TRACES);
  const [tracing, setTracing] = useState<TracingState>({ state: 'idle' });
  const following = useRef<AbortController | null>(null);

  const start = async (what: Following): Promise<void> => {
    following.current?.abort();
    const { signal } = (following.current = new AbortController());
    setTraces(NO_TRACES);
    setTracing({ state: 'following' });
    try {
      await follow(what, signal, setTraces);
      setTracing({ state: 'ended' });
    } catch (error) {
      if (signal.aborted) return;
      const notServed = error instanceof ApiError && error.notServed;
      setTracing(notServed ? { state: 'not served' } : { state: 'failed', message: textOf(error) });
    }
  };
  const stop = (): void => {
    following.current?.abort();
    setTracing({ state: 'ended' });
  };
  return { traces, tracing, start: (what: Following) => void start(what), stop };
}

async function follow(what: Following, signal: AbortSignal, show: (traces: Traces) => void): Promise<void> {
  const { application, key, keySerde, topic, limit } = what;
  const message = { application, key: keyFrom(key, keySerde), limit, ...(topic === '' ? {} : { topic }) };
  let traces = NO_TRACES;
  let cancel: (() => void) | undefined;
  const showNow = (): void => {
    cancel = undefined;
    if (!signal.aborted) show(traces);
  };
  for await (const step of callStreaming<TraceStepMessage>('TopologyService/TraceRecords', message, signal)) {
    traces = withStep(traces, step, application);
    cancel ??= clock.after(SHOW_EVERY_MS, showNow);
  }
  cancel?.();
  showNow();
}
