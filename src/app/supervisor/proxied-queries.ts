import { askInTurn } from '../http/ask-others.js';
import { MillraceError } from '../../util/errors.js';
import type { ProcessAddress } from '../ask-process.js';
import type { QueryDefinition, QueryInput, QueryStores } from '../define-query.js';
import type { ServedQuery } from '../http/query-routes.js';

/** The stores of a supervisor: it has none, its processes do. */
const NO_STORES: QueryStores = {
  store(name) {
    throw new MillraceError({
      code: 'STORE_UNAVAILABLE',
      kind: 'unavailable',
      message: `store "${name}" is elsewhere`,
    });
  },
};

/** Serves a topology's own query by asking the processes one after the other. @param others those of other supervisors */
export function proxiedQuery(
  application: string,
  query: QueryDefinition,
  addresses: () => readonly (ProcessAddress | undefined)[],
  others: () => readonly ProcessAddress[],
): ServedQuery {
  const answer = (input: QueryInput<string, string>): Promise<unknown> => ask(query, input, addresses());
  return { application, stores: NO_STORES, query: { ...query, answer }, others };
}

/**
 * The first answer that is one.
 * @throws MillraceError `QUERY_NOT_SUPPORTED` of a query of no key: what each process answers would be of its part only
 */
async function ask(
  query: QueryDefinition,
  input: Readonly<Record<string, string | undefined>>,
  addresses: readonly (ProcessAddress | undefined)[],
): Promise<unknown> {
  if (!query.path.includes('{')) {
    throw new MillraceError({
      code: 'QUERY_NOT_SUPPORTED',
      kind: 'invalid',
      message: `query "${query.name}" is of no key, and several processes hold parts of its stores`,
    });
  }
  return askInTurn(query, input, addresses);
}
