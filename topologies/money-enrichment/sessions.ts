import {
  json,
  sessionStore,
  string,
  type FixedKeyProcessor,
  type FixedKeyProcessorContext,
  type FixedKeyRecord,
  type Processor,
  type ProcessorContext,
  type Record,
  type SessionStore,
} from 'millrace';
import { LONGEST_SESSION_MS, type Event, type Session, type Transaction } from './event.js';

/** The sessions that an event may still belong to, by their ids. */
export const sessionsStore = sessionStore({
  name: 'sessions',
  key: string(),
  value: json<Session>(),
  retention: 2 * LONGEST_SESSION_MS, // none expires before it is removed
});

/** Keeps sessions until the events that come in order have passed their ends: no transaction can belong to them any more. */
export class KeepSessions implements Processor<string, Event> {
  #sessions!: SessionStore<string, Session>; // `init` comes before the first record
  #passedMs = -1;

  init(context: ProcessorContext): void {
    this.#sessions = context.getStateStore(sessionsStore.name);
    context.schedule('1s', 'streamTime', () => this.#removeEnded());
  }

  process({ value: event, timestamp }: Record<string, Event>): void {
    if (timestamp > this.#passedMs) this.#passedMs = timestamp;
    if (!('session' in event)) return;
    const { session_id, timestamp: start, ends_at: end } = event.session;
    this.#sessions.put({ key: session_id, start, end }, event.session);
  }

  async #removeEnded(): Promise<void> {
    for await (const { key, startMs, endMs } of this.#sessions.sessionsEndingWithin(0, this.#passedMs - 1)) {
      this.#sessions.remove({ key, start: startMs, end: endMs });
    }
  }
}

/** Adds to each transaction the session that it names, if that is of its user and was there at its time. */
export class FindSession<T extends Transaction> implements FixedKeyProcessor<string, T, T & FoundSession> {
  #context!: FixedKeyProcessorContext<string, T & FoundSession>; // as above
  #sessions!: SessionStore<string, Session>;

  init(context: FixedKeyProcessorContext<string, T & FoundSession>): void {
    this.#context = context;
    this.#sessions = context.getStateStore(sessionsStore.name);
  }

  process(record: FixedKeyRecord<string, T>): void {
    const { session_id, user_id, timestamp } = record.value;
    const there = this.#sessions.findSessions(session_id, timestamp, timestamp);
    const session = there.find(({ value }) => value.user_id === user_id)?.value ?? null;
    this.#context.forward(record.withValue({ ...record.value, session }));
  }
}

export interface FoundSession {
  /** Null: it is gone, or never was. */
  readonly session: Session | null;
}
