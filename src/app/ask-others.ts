import { isUnavailable } from '../query/cluster/patience.js';
import { HOP_HEADER } from '../query/hop-headers.js';
import type { JsonValue } from '../query/json-value.js';
import { MillraceError } from '../util/errors.js';
import { sendTo, type ProcessAddress } from './ask-process.js';
import type { QueryDefinition } from './define-query.js';
import { pathNames } from './query-names.js';

/** What a query is asked with, by the names of its path and options. */
export type GivenInput = Readonly<Record<string, string>>;

/** A query, and who can answer it. */
export interface AskedQuery {
  readonly query: QueryDefinition;
  /** The answer of this process as JSON; undefined: there is none. */
  readonly answer: (input: GivenInput) => Promise<JsonValue | undefined>;
  /** The HTTP servers of the other instances. Default: there are none. */
  readonly others?: () => readonly ProcessAddress[];
}

/**
 * The answer of a topology's own query from the stores here, or, of a query that has a key in its path, from those of another
 * instance. What comes from another instance already is answered here.
 */
export async function answerAnywhere(
  { query, answer: ask, others = () => [] }: AskedQuery,
  input: GivenInput,
  hop: boolean,
): Promise<JsonValue | undefined> {
  const elsewhere = hop || !query.path.includes('{') ? [] : others();
  try {
    const own = await ask(input);
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
  input: GivenInput,
  addresses: readonly (ProcessAddress | undefined)[],
): Promise<JsonValue | undefined> {
  const path = pathOf(query, input);
  let missing = false;
  for (const address of addresses) {
    const response = address === undefined ? undefined : await askOne(address, path).catch(() => undefined);
    if (response?.ok) return (await response.json()) as JsonValue; // as: it is JSON
    if (response === undefined || response.status >= 500) missing = true;
    else if (response.status !== 404) throw await refusal(response);
  }
  if (!missing) return undefined;
  throw new MillraceError({ code: 'STORE_UNAVAILABLE', kind: 'unavailable', message: `a process that may answer query "${query.name}" does not` }); // prettier-ignore
}

function askOne(address: ProcessAddress, path: string): Promise<Response> {
  return sendTo(address, path, { method: 'GET', headers: { [HOP_HEADER]: address.host } });
}

function pathOf({ path }: QueryDefinition, input: GivenInput): string {
  const names = pathNames(path);
  const options = Object.entries(input).filter(([name]) => !names.includes(name));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input[name] ?? ''));
  return options.length === 0 ? filled : `${filled}?${new URLSearchParams(options).toString()}`;
}

async function refusal(response: Response): Promise<MillraceError> {
  const { error: code, message } = (await response.json()) as { error: string; message: string }; // as: our own server's error handler
  return new MillraceError({ code, kind: 'invalid', message });
}
