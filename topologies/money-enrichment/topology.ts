import { defineTopology, json, string, type KStream, type StreamsBuilder } from 'millrace';
import {
  factOf,
  placeOf,
  sessionSerde,
  transactionSerde,
  userSerde,
  type Event,
  type Transaction,
  type User,
} from './event.js';
import { service } from './gen/service.js';
import { sessionsGenerator } from './generator.js';
import { enrichmentQueries } from './queries.js';
import { FindSession, KeepSessions, sessionsStore, type FoundSession } from './sessions.js';

/** A transaction with its user and its session as they were at its time. */
export interface EnrichedTransaction extends Transaction, FoundSession {
  /** The first one of its user. */
  readonly first: boolean;
  /** Null: not known then. */
  readonly user: User | null;
}

const enrichedSerde = json<EnrichedTransaction>();

/** Transactions with the session and the user valid at event time, each once. */
export default defineTopology({
  name: 'money-enrichment',
  // A line that is malformed is logged and counted, and the rest goes on.
  config: { errorPolicies: { deserialization: 'skip' } },
  generators: [sessionsGenerator],
  queries: enrichmentQueries,
  service,

  build(builder: StreamsBuilder) {
    const events = inOrder(eventsOf(builder));

    const users = events
      .flatMapValues((event) => ('user' in event ? [event.user] : []))
      .toTable({ store: 'users', value: json<User>(), historyRetention: '1h' });

    events.process(() => new KeepSessions(), { stores: [sessionsStore] });

    const { enriched, unenriched } = events
      .flatMapValues((event) => ('transaction' in event ? [event.transaction] : []))
      .distinct({
        by: ({ transaction_id }) => transaction_id,
        within: '1h',
        value: json<Transaction>(),
        store: 'seen-transactions',
        late: sendUnknown,
      })
      .first({ flag: (transaction, first) => ({ ...transaction, first }), store: 'seen-users' })
      .leftJoin(users, (transaction, user) => ({ ...transaction, user }))
      .processValues<EnrichedTransaction>(() => new FindSession(), { stores: [sessionsStore] })
      .split()
      .branch(({ user, session }) => user !== null && session !== null, { name: 'enriched' })
      .defaultBranch({ name: 'unenriched' });

    enriched.to('enriched-transactions', { value: enrichedSerde });
    enriched.groupByKey({ value: enrichedSerde }).reduce(latest, { store: 'last-enriched' });
    unenriched.to('unenriched-transactions', { value: enrichedSerde });
  },
});

/** What the three topics hold, as one stream by user. */
function eventsOf(builder: StreamsBuilder): KStream<string, Event> {
  const timestamp = (fact: { readonly timestamp: number }): number => fact.timestamp;
  const transactions = builder.stream('money-transactions', { key: string(), value: transactionSerde, timestamp });
  const sessions = builder.stream('sessions', { key: string(), value: sessionSerde, timestamp });
  const users = builder.stream('users', { key: string(), value: userSerde, timestamp });
  return transactions
    .filter(isThere)
    .mapValues((transaction): Event => ({ transaction }))
    .merge(sessions.filter(isThere).mapValues((session): Event => ({ session })))
    .merge(users.filter(isThere).mapValues((user): Event => ({ user })))
    .selectKey((event) => factOf(event).user_id)
    .repartition({ name: 'events-by-user', key: string(), value: json<Event>() });
}

/** In the order of their times, whatever order they came in; what comes too late for that goes on at once. */
function inOrder(events: KStream<string, Event>): KStream<string, Event> {
  const late: KStream<string, Event>[] = [];
  const ordered = events.reorder({
    within: '10s',
    thenBy: placeOf,
    store: 'held-events',
    late: (stream) => late.push(stream),
  });
  return late.reduce((all, stream) => all.merge(stream), ordered);
}

/** What is too old to be told from a duplicate is too old for its session, too. */
function sendUnknown(transactions: KStream<string, Transaction>): void {
  transactions
    .mapValues((transaction): EnrichedTransaction => ({ ...transaction, first: false, user: null, session: null }))
    .to('unenriched-transactions', { value: enrichedSerde });
}

/** A record without a value tells nothing. */
function isThere(value: object | null): boolean {
  return value !== null;
}

function latest<T extends { readonly timestamp: number }>(known: T, next: T): T {
  return next.timestamp >= known.timestamp ? next : known;
}
