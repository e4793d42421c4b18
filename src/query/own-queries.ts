import type { JsonValue } from './json-value.js';

/** Asks a query that a topology defines itself. */
export interface AnswerQueryRequest {
  readonly application: string;
  /** Its name in the topology. */
  readonly query: string;
  /** By the names of its path and options. */
  readonly input: Readonly<Record<string, string>>;
}

/** Answers the queries that topologies define themselves, as JSON. Rejects as {@link ./state-queries.js} does. */
export interface OwnQueries {
  readonly answerQuery: (request: AnswerQueryRequest) => Promise<JsonValue>;
}

/** The gRPC service of a topology's own queries. */
export interface OwnService {
  /** Full name, `wallets.v1.WalletService`. */
  readonly name: string;
  /** The text of its .proto file. */
  readonly proto: string;
  /** Answers a method of it. */
  readonly answer: (method: string, input: AnswerQueryRequest['input']) => Promise<JsonValue>;
}
