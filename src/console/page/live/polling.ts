import { batch } from '@preact/signals';
import { ApiError, textOf } from '../api/api-error.js';
import { call, getJson } from '../api/client.js';
import type { InstanceMessage, MetricsMessage, StoreMessage, TaskMessage } from '../api/messages.js';
import { token } from '../api/token.js';
import type { TopologyJson } from '../api/topology-json.js';
import { clock } from './clock.js';
import { lineNames } from './line-names.js';
import { SampleWindow } from './sample-window.js';
import * as live from './state.js';

const INTERVAL_MS = 1_000;
/** Nobody looks; what charts show goes on. */
const HIDDEN_INTERVAL_MS = 5_000;
/** Stores come and go with applications only; those of a long list need not be asked for each second. */
const STORES_EVERY_MS = 10_000;
/** An answer that takes longer than this is none. */
const PATIENCE_MS = 10_000;

/** Asks what runs, again and again, and keeps it in state.ts, until `signal` is aborted. */
export async function poll(signal: AbortSignal): Promise<void> {
  const window = new SampleWindow();
  let storesAtMs = -Infinity;
  while (!signal.aborted) {
    const patience = new AbortController();
    const cancel = clock.after(PATIENCE_MS, () => {
      patience.abort();
    });
    try {
      const stale = clock.nowMs() - storesAtMs > STORES_EVERY_MS || live.connection.peek().state !== 'live';
      await askForNumbers(window, patience.signal);
      if (stale) {
        await askForShapes(patience.signal);
        storesAtMs = clock.nowMs();
      }
      live.connection.value = LIVE;
    } catch (error) {
      window.clear();
      showLoss(error);
    }
    cancel();
    await pause(signal);
  }
}

const LIVE: live.Connection = { state: 'live' };

async function askForNumbers(window: SampleWindow, signal: AbortSignal): Promise<void> {
  const [metrics, { instances = [] }, { tasks = [] }] = await Promise.all([
    metricsIfServed(signal),
    call<{ instances?: InstanceMessage[] }>('TopologyService/ListInstances', {}, signal),
    call<{ tasks?: TaskMessage[] }>('TopologyService/ListTasks', {}, signal),
  ]);
  const nowMs = clock.nowMs();
  batch(() => {
    live.instances.value = instances;
    live.tasks.value = tasks;
    live.figures.value = metrics && window.add(nowMs, metrics);
    live.history.add(nowMs, valuesNow());
    live.momentMs.value = nowMs;
  });
}

/** What does not change while an instance runs, and may after it started again. */
async function askForShapes(signal: AbortSignal): Promise<void> {
  const { stores = [] } = await getJson<{ stores?: StoreMessage[] }>('api/stores', {}, signal);
  const topologies = new Map<string, TopologyJson>();
  for (const application of live.applications.peek()) {
    const { json } = await call<{ json: string }>('TopologyService/DescribeTopology', { application }, signal);
    topologies.set(application, JSON.parse(json) as TopologyJson); // as topology-json.ts says
  }
  batch(() => {
    live.stores.value = stores;
    if (JSON.stringify([...topologies]) !== JSON.stringify([...live.topologies.peek()])) {
      live.topologies.value = topologies;
    }
  });
}

async function metricsIfServed(signal: AbortSignal): Promise<MetricsMessage | undefined> {
  try {
    return await call<MetricsMessage>('TopologyService/GetMetrics', {}, signal);
  } catch (error) {
    if (error instanceof ApiError && error.notServed) return undefined;
    throw error;
  }
}

function valuesNow(): ReadonlyMap<string, number | undefined> {
  const values = new Map<string, number | undefined>();
  for (const { application, readPerSecond, lag } of live.overview.value) {
    values.set(lineNames.read(application), readPerSecond);
    values.set(lineNames.lag(application), lag);
  }
  for (const [part, { recordsPerSecond }] of live.figures.value?.nodes ?? []) {
    values.set(lineNames.node(part), recordsPerSecond);
  }
  return values;
}

function showLoss(error: unknown): void {
  const before = live.connection.peek();
  const message = textOf(error);
  if (error instanceof ApiError && error.status === 401) {
    live.connection.value = { state: 'unauthorised', message };
    return;
  }
  const nowMs = clock.nowMs();
  live.connection.value = { state: 'lost', sinceMs: before.state === 'lost' ? before.sinceMs : nowMs, message };
  live.history.add(nowMs, new Map());
  live.momentMs.value = nowMs;
}

/** Shorter when the page is shown again, or is given another token. */
async function pause(signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  const forget = token.subscribe(afterFirst(end));
  document.addEventListener('visibilitychange', end, { once: true });
  signal.addEventListener('abort', end, { once: true });
  await clock.sleep(document.hidden ? HIDDEN_INTERVAL_MS : INTERVAL_MS, over.signal);
  forget();
  document.removeEventListener('visibilitychange', end);
  signal.removeEventListener('abort', end);
}

/** A signal tells its present value first. */
function afterFirst(callback: () => void): () => void {
  let first = true;
  return () => {
    if (!first) callback();
    first = false;
  };
}
