import { defineQuery, type ReadOnlyKeyValueStore, type ReadOnlySessionStore, type ValueAndTimestamp } from 'millrace';
import type { Session } from './event.js';
import type { EnrichedTransaction } from './topology.js';

type LastEnriched = ReadOnlyKeyValueStore<string, ValueAndTimestamp<EnrichedTransaction>>;

const lastEnriched = defineQuery({
  name: 'last_enriched',
  path: '/last_enriched/{user_id}',
  answer({ user_id }, stores) {
    return stores.store<LastEnriched>('last-enriched').get(user_id)?.value;
  },
});

/** The session of that id, as long as it is kept. */
const session = defineQuery({
  name: 'session',
  path: '/session/{session_id}',
  answer({ session_id }, stores) {
    return stores.store<ReadOnlySessionStore<string, Session>>('sessions').fetch(session_id).at(-1)?.value;
  },
});

export const enrichmentQueries = [lastEnriched, session];
