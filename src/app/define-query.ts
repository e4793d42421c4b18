import type { StateStore } from '../state/store.js';
import { invalid } from '../util/errors.js';

/** The stores that a query may read: this instance's part of them, as the processors see it, changes that are not committed included. */
export interface QueryStores {
  /**
   * A store of the topology, read-only, whatever its type allows.
   * @throws MillraceError `STORE_NOT_FOUND`, and `STORE_UNAVAILABLE` while its tasks are restored or move
   */
  store<S extends StateStore>(name: string): S;
}

/** The names in braces of a path: `'wallet_id'` of `'/balance/{wallet_id}'`. */
export type PathNames<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never;

/** What a query is asked with, as text: every name in its path, and those of its options that were given. */
export type QueryInput<P extends string, O extends string> = Readonly<
  Record<PathNames<P>, string> & Partial<Record<O, string>>
>;

/** A question that a topology answers from its own stores. */
export interface QueryDefinition<P extends string = string, O extends string = string> {
  /** Lower snake case; unique in its topology. */
  readonly name: string;
  /** Where `GET` finds it, such as `/balance/{wallet_id}`. */
  readonly path: P;
  /** Names that may follow the path after `?`; others are refused. */
  readonly options?: readonly O[];
  /**
   * The answer, sent as JSON; undefined: there is none (404). A MillraceError of kind `invalid` says that the input
   * cannot be right (400).
   */
  answer(input: QueryInput<P, O>, stores: QueryStores): unknown;
}

const SEGMENT = String.raw`(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\})`;
const PATH = new RegExp(`^(?:/${SEGMENT})+$`);
const NAME = /^[a-z][a-z0-9_]*$/;
/** First parts of the paths that every process serves itself. */
const RESERVED = new Set(['api', 'console', 'metrics', 'healthz', 'readyz']);

/**
 * Fixes the types of a query: what its path and options name is what its answer is given.
 * @throws MillraceError `INVALID_QUERY`
 *
 *     defineQuery({
 *       name: 'balance',
 *       path: '/balance/{wallet_id}',
 *       answer: ({ wallet_id }, stores) => stores.store<Balances>('balances').get(wallet_id),
 *     })
 */
export function defineQuery<const P extends string, const O extends string = never>(
  definition: QueryDefinition<P, O>,
): QueryDefinition {
  const { name, path } = definition;
  if (!NAME.test(name)) {
    throw invalid('INVALID_QUERY', `"${name}" cannot be the name of a query`, {
      hint: 'Use lower-case letters, digits and "_".',
    });
  }
  const [, first = ''] = path.split('/');
  if (!PATH.test(path) || first.startsWith('{') || RESERVED.has(first)) {
    throw invalid('INVALID_QUERY', `"${path}" cannot be the path of query "${name}"`, {
      hint: `Write it as /balance/{wallet_id}; it begins with none of ${[...RESERVED].join(', ')}.`,
    });
  }
  return Object.freeze(definition); // the server gives it what its own path and options name
}
