import { MillraceError } from '../../util/errors.js';
import { sendTo, type ProcessAddress } from '../ask-process.js';
import type { QueryDefinition, QueryStores } from '../define-query.js';
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

/** Serves a topology's own query by asking the processes one after the other. */
export function proxiedQuery(
  application: string,
  query: QueryDefinition,
  addresses: () => readonly (ProcessAddress | undefined)[],
): ServedQuery {
  return { application, stores: NO_STORES, query: { ...query, answer: (input) => ask(query, input, addresses()) } };
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
  const path = pathOf(query, input);
  let missing = false;
  for (const address of addresses) {
    const response = address && (await sendTo(address, path).catch(() => undefined));
    if (response?.ok) return response.json();
    if (response === undefined || response.status >= 500) missing = true;
    else if (response.status !== 404) throw await refusal(response);
  }
  if (!missing) return undefined;
  throw new MillraceError({ code: 'STORE_UNAVAILABLE', kind: 'unavailable', message: `a process that may answer query "${query.name}" does not` }); // prettier-ignore
}

function pathOf({ path }: QueryDefinition, input: Readonly<Record<string, string | undefined>>): string {
  const names = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));
  const options = Object.entries(input).flatMap(([name, value]): [string, string][] =>
    names.has(name) || value === undefined ? [] : [[name, value]],
  );
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input[name] ?? ''));
  return options.length === 0 ? filled : `${filled}?${new URLSearchParams(options).toString()}`;
}

async function refusal(response: Response): Promise<MillraceError> {
  const { error: code, message } = (await response.json()) as { error: string; message: string }; // as: our own server's error handler
  return new MillraceError({ code, kind: 'invalid', message });
}
