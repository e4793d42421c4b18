import type { JsonValue } from '../../query/json-value.js';
import { MillraceError } from '../../util/errors.js';
import { askInTurn, type GivenInput } from '../ask-others.js';
import type { ProcessAddress } from '../ask-process.js';
import type { QueryDefinition } from '../define-query.js';
import type { ServedQuery } from '../served-query.js';

/** Serves a topology's own query by asking the processes one after the other. @param others those of other supervisors */
export function proxiedQuery(
  application: string,
  query: QueryDefinition,
  addresses: () => readonly (ProcessAddress | undefined)[],
  others: () => readonly ProcessAddress[],
): ServedQuery {
  return { application, query, answer: (input) => ask(query, input, addresses()), others };
}

/**
 * The first answer that is one.
 * @throws MillraceError `QUERY_NOT_SUPPORTED` of a query of no key: what each process answers would be of its part only
 */
async function ask(
  query: QueryDefinition,
  input: GivenInput,
  addresses: readonly (ProcessAddress | undefined)[],
): Promise<JsonValue | undefined> {
  if (!query.path.includes('{')) {
    throw new MillraceError({
      code: 'QUERY_NOT_SUPPORTED',
      kind: 'invalid',
      message: `query "${query.name}" is of no key, and several processes hold parts of its stores`,
    });
  }
  return askInTurn(query, input, addresses);
}
