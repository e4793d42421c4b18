import { HOP_HEADER } from '../../query/hop-headers.js';
import { isUnavailable } from '../../query/cluster/patience.js';
import { MillraceError } from '../../util/errors.js';
import { sendTo, type ProcessAddress } from '../ask-process.js';
import type { QueryDefinition } from '../define-query.js';
import type { ServedQuery } from './query-routes.js';

type Input = Readonly<Record<string, string | undefined>>;

/**
 * The answer of a topology's own query from the stores here, or, of a query that has a key in its path, from those of another
 * instance. What comes from another instance already is answered here.
 */
export async function answerAnywhere(served: ServedQuery, input: Input, hop: boolean): Promise<unknown> {
  const { query, stores, others = () => [] } = served;
  const elsewhere = hop || !query.path.includes('{') ? [] : others();
  try {
    const own = await query.answer(input, stores);
    return own === undefined ? await askInTurn(query, input, elsewhere) : own;
  } catch (error) {
    if (elsewhere.length === 0 || !isUnavailable(error)) throw error;
    const answer = await askInTurn(query, input, elsewhere);
    if (answer === undefined) throw error; // it may be here
    return answer;
  }
}

/**
 * The first answer that is one, of the processes, each asked for what it has itself; undefined: all have
 * said that there is none.
 * @throws MillraceError `STORE_UNAVAILABLE` while one of them does not answer
 */
export async function askInTurn(
  query: QueryDefinition,
  input: Input,
  addresses: readonly (ProcessAddress | undefined)[],
): Promise<unknown> {
  const path = pathOf(query, input);
  let missing = false;
  for (const address of addresses) {
    const response = address === undefined ? undefined : await askOne(address, path).catch(() => undefined);
    if (response?.ok) return response.json();
    if (response === undefined || response.status >= 500) missing = true;
    else if (response.status !== 404) throw await refusal(response);
  }
  if (!missing) return undefined;
  throw new MillraceError({ code: 'STORE_UNAVAILABLE', kind: 'unavailable', message: `a process that may answer query "${query.name}" does not` }); // prettier-ignore
}

function askOne(address: ProcessAddress, path: string): Promise<Response> {
  return sendTo(address, path, { method: 'GET', headers: { [HOP_HEADER]: address.host } });
}

function pathOf({ path }: QueryDefinition, input: Input): string {
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
