import {
  avro,
  defineQuery,
  type ReadOnlyKeyValueStore,
  type ReadOnlySessionStore,
  type ValueAndTimestamp,
} from 'millrace';
import { money } from '../money.js';
import type { Session } from './event.js';
import type { EnrichedTransaction } from './topology.js';

type LastEnriched = ReadOnlyKeyValueStore<string, ValueAndTimestamp<EnrichedTransaction>>;

const sessionFields = {
  session_id: avro.string(),
  user_id: avro.string(),
  device: avro.string(),
  timestamp: avro.field(avro.long(), { doc: 'When it begins, epoch milliseconds.' }),
  ends_at: avro.field(avro.long(), { doc: 'Its last millisecond.' }),
};

const User = avro.record(
  'User',
  {
    user_id: avro.string(),
    name: avro.string(),
    country: avro.string(),
    timestamp: avro.field(avro.long(), { doc: 'When it became so, epoch milliseconds.' }),
  },
  { doc: 'What was known of a user.' },
);

const lastEnriched = defineQuery({
  name: 'last_enriched',
  path: '/last_enriched/{user_id}',
  description: 'The latest transaction of a user, with its user and its session as they were at its time.',
  returns: {
    transaction_id: avro.string(),
    user_id: avro.string(),
    session_id: avro.string(),
    amount: money,
    currency: avro.string(),
    timestamp: avro.field(avro.long(), { doc: 'Epoch milliseconds.' }),
    first: avro.field(avro.boolean(), { doc: 'It is the first one of its user.' }),
    user: avro.optional(User),
    session: avro.optional(avro.record('Session', sessionFields, { doc: 'A session of a user.' })),
  },
  answer({ user_id }, stores) {
    return stores.store<LastEnriched>('last-enriched').get(user_id)?.value;
  },
});

const session = defineQuery({
  name: 'session',
  path: '/session/{session_id}',
  description: 'The session of that id, as long as it is kept.',
  returns: sessionFields,
  answer({ session_id }, stores) {
    return stores.store<ReadOnlySessionStore<string, Session>>('sessions').fetch(session_id).at(-1)?.value;
  },
});

export const enrichmentQueries = [lastEnriched, session];
