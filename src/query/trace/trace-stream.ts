import type { RecordTracer, TraceStep } from '../../runtime/trace/record-tracer.js';
import type { Clock } from '../../util/time.js';
import type { TraceRecordsResponse } from '../gen/millrace/query/v1/topology_service.js';
import { toStepMessage } from './step-message.js';
import type { WantedKey } from './wanted-key.js';

/** Most steps that wait for a client; of what comes beyond only the number is told. */
const MOST_WAITING = 10_000;
/** Longest silence of a stream: a client that is gone is noticed by then. */
const SIGN_OF_LIFE_MS = 1_000;
/** A trace that was quiet for so long is taken as over. */
const QUIET_MS = 2_000;

export interface TraceStreamOptions {
  readonly wanted: WantedKey;
  /** Records of sources after which no more is followed. */
  readonly limit: number;
  readonly instanceId: string;
  readonly clock: Clock;
}

/** The records of one key that one client follows: steps come in as they happen, and go out as the client takes them. */
export class TraceStream implements RecordTracer {
  readonly #options: TraceStreamOptions;
  #waiting: TraceRecordsResponse[] = [];
  #missed = 0;
  #sequence = 0;
  #followed = 0;
  #lastMs: number;
  #wake = new AbortController();

  constructor(options: TraceStreamOptions) {
    this.#options = options;
    this.#lastMs = options.clock.monotonicMs();
  }

  get id(): string {
    return this.#options.wanted.id;
  }

  tryFollow(topic: string, key: unknown): boolean {
    const { limit, wanted } = this.#options;
    if (this.#followed >= limit || !wanted.matches(topic, key)) return false;
    this.#followed++;
    return true;
  }

  take(step: TraceStep): void {
    const { clock, instanceId } = this.#options;
    this.#lastMs = clock.monotonicMs();
    if (this.#waiting.length >= MOST_WAITING) {
      this.#missed++;
      return;
    }
    this.#tellMissed();
    this.#waiting.push(toStepMessage(step, instanceId, ++this.#sequence));
    this.#wake.abort();
  }

  /** Steps, and signs of life, until so many records were followed to their end, or nobody waits for more. */
  async *messages(signal?: AbortSignal): AsyncGenerator<TraceRecordsResponse> {
    const { clock, instanceId, limit } = this.#options;
    yield signOfLife(instanceId);
    while (!signal?.aborted) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (batch.length > 0) continue;
      if (this.#missed > 0) this.#tellMissed();
      else if (this.#followed >= limit && clock.monotonicMs() - this.#lastMs >= QUIET_MS) return;
      else if (!(await this.#stepWithin(SIGN_OF_LIFE_MS))) yield signOfLife(instanceId);
    }
  }

  async #stepWithin(ms: number): Promise<boolean> {
    this.#wake = new AbortController();
    await this.#options.clock.sleep(ms, this.#wake.signal);
    return this.#wake.signal.aborted;
  }

  #tellMissed(): void {
    if (this.#missed === 0) return;
    const step = { $case: 'missed', value: this.#missed } as const;
    const nowhere = { traceId: '', taskId: '', node: '' };
    this.#waiting.push({ ...nowhere, step, sequence: ++this.#sequence, instanceId: this.#options.instanceId });
    this.#missed = 0;
  }
}

/** A message without a step. */
function signOfLife(instanceId: string): TraceRecordsResponse {
  return { traceId: '', sequence: 0, instanceId, taskId: '', node: '', step: undefined };
}
