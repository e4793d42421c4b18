import type { AvroFields, AvroRecord } from '../serde/avro/complex-schemas.js';
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

/** What a query may answer: an object of the fields that it `returns`; undefined for nothing. Without `returns`, anything. */
export type QueryAnswer<F extends AvroFields> = [F] extends [never] ? unknown : AvroRecord<F> | undefined;

/** A question that a topology answers from its own stores, as it is written. */
export interface QueryOptions<P extends string, O extends string, F extends AvroFields> {
  /** Lower snake case; unique in its topology. Query `balance` is gRPC method `GetBalance`. */
  readonly name: string;
  /** Where `GET` finds it, such as `/balance/{wallet_id}`. */
  readonly path: P;
  /** Names that may follow the path after `?`; others are refused. */
  readonly options?: readonly O[];
  /** What it tells, for those who ask: in the .proto file and the OpenAPI document. */
  readonly description?: string;
  /**
   * The fields of its answer, in the schemas of `avro`. They give `answer` its type, and the query a method in the gRPC service
   * of its topology. Default: it may answer anything, over HTTP only.
   */
  readonly returns?: F;
  /**
   * The answer, sent as JSON; undefined: there is none (404). A MillraceError of kind `invalid` says that the input
   * cannot be right (400).
   */
  answer(input: QueryInput<P, O>, stores: QueryStores): QueryAnswer<NoInfer<F>> | Promise<QueryAnswer<NoInfer<F>>>;
}

/** A query, whatever it is asked with and returns; made by {@link defineQuery}. */
export interface QueryDefinition extends Omit<QueryOptions<string, string, never>, 'returns' | 'answer'> {
  readonly returns?: AvroFields;
  answer(input: QueryInput<string, string>, stores: QueryStores): unknown;
}

const SEGMENT = String.raw`(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\})`;
const PATH = new RegExp(`^(?:/${SEGMENT})+$`);
const NAME = /^[a-z][a-z0-9_]*$/;
/** First parts of the paths that a process serves itself, those of its schema registry included. */
const RESERVED = new Set('api metrics healthz readyz console subjects schemas compatibility config mode'.split(' '));

/**
 * Fixes the types of a query: what its path and options name is what its answer is given, what it `returns` is what it has to
 * answer.
 * @throws MillraceError `INVALID_QUERY`
 *
 *     defineQuery({
 *       name: 'balance',
 *       path: '/balance/{wallet_id}',
 *       returns: { wallet_id: avro.string(), balance: avro.decimal(38, 2) },
 *       answer({ wallet_id }, stores) {
 *         const balance = stores.store<Balances>('balances').get(wallet_id)
 *         return balance && { wallet_id, balance: balance.value }
 *       },
 *     })
 */
export function defineQuery<const P extends string, const O extends string = never, F extends AvroFields = never>(
  definition: QueryOptions<P, O, F>,
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
