import type { Client, ClientOptions, types } from 'cassandra-driver';
import { asInvalid } from './cassandra-errors.js';
import type { DriverValue } from './cassandra-value.js';

/** One row of an answer; integers of 64 bits are bigints. */
export type CassandraRow = Readonly<Record<string, unknown>>;

/** A statement with its parameters: prepared once for each text, and may be sent again. One without is a change of the schema. */
export interface CassandraStatement {
  readonly query: string;
  readonly params: readonly DriverValue[];
}

/** How many replicas must have taken a write. */
export type CassandraConsistency =
  'one' | 'two' | 'three' | 'quorum' | 'all' | 'localOne' | 'localQuorum' | 'eachQuorum';

/** What a connection is made of. */
export interface CassandraConfig {
  readonly client: ClientOptions;
  readonly consistency: CassandraConsistency;
}

/** As much of a connection to Cassandra as is used. */
export interface CassandraConnection {
  /** @throws MillraceError of kind `invalid` when only a change by people helps */
  execute(statement: CassandraStatement): Promise<readonly CassandraRow[]>;
  /** The rows of a query, so many at a time. @throws MillraceError as `execute` */
  pages(query: string, rows: number): AsyncIterable<readonly CassandraRow[]>;
  /** Executes statements of one partition as one. */
  executeTogether(statements: readonly CassandraStatement[]): Promise<void>;
  close(): Promise<void>;
}

/** A change of the schema waits for the other nodes. */
const SCHEMA_MS = 60_000;
/**
 * How long the driver waits before it tries a lost node again. Its own policy grows to ten minutes, for which a client that was
 * closed meanwhile would keep its process alive.
 */
const RECONNECT_MS = 2_000;

/** Connects by `cassandra-driver`, which is loaded at the first call. */
export async function connectCassandra({
  client: options,
  consistency,
}: CassandraConfig): Promise<CassandraConnection> {
  const { default: driver } = await import('cassandra-driver');
  const reconnection = new driver.policies.reconnection.ConstantReconnectionPolicy(RECONNECT_MS);
  const client = new driver.Client({
    applicationName: 'millrace',
    ...options,
    policies: { reconnection, ...options.policies },
    encoding: { ...options.encoding, useBigIntAsLong: true },
  });
  const sent = { prepare: true, isIdempotent: true, consistency: driver.types.consistencies[consistency] };
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw asInvalid(error) ?? error;
    }
  };
  try {
    await asked(() => client.connect());
  } catch (error) {
    await abandon(client);
    throw error;
  }
  return {
    execute: ({ query, params }) =>
      asked(async () => {
        const forSchema = params.length === 0;
        const more = forSchema ? { prepare: false, readTimeout: SCHEMA_MS } : {};
        return rowsOf(await client.execute(query, [...params], { ...sent, ...more }));
      }),
    async *pages(query, rows) {
      let pageState: string | undefined;
      do {
        const page = await asked(() => client.execute(query, [], { ...sent, fetchSize: rows, pageState }));
        yield rowsOf(page);
        pageState = page.pageState; // null, or none, at the end
      } while (pageState);
    },
    executeTogether: (statements) =>
      asked(async () => {
        const queries = statements.map(({ query, params }) => ({ query, params: [...params] }));
        await client.batch(queries, { ...sent, logged: false });
      }),
    close: () => client.shutdown(),
  };
}

/** As much of the driver's insides as {@link abandon} needs; its types do not have them. */
interface Insides {
  readonly controlConnection?: {
    readonly connection?: { closeAsync(): Promise<void> } | null;
    readonly hosts: { values(): { shutdown(waitForPending: boolean): Promise<void> }[] };
    shutdown(): void;
  };
}

/**
 * Ends what a client that could not connect goes on with: its own `shutdown` does nothing then, and a connection that is closed
 * before would be opened again, without end.
 */
async function abandon({ controlConnection }: Client & Insides): Promise<void> {
  if (controlConnection === undefined) return;
  controlConnection.shutdown();
  await Promise.allSettled(controlConnection.hosts.values().map((host) => host.shutdown(false)));
  await controlConnection.connection?.closeAsync().catch(() => undefined);
}

function rowsOf({ rows }: types.ResultSet): CassandraRow[] {
  // Of a statement that gives no rows the driver has no list
  return ((rows as types.Row[] | undefined) ?? []).map((row) =>
    Object.fromEntries(row.keys().map((name) => [name, row.get(name) as unknown])),
  );
}
