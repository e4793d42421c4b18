import {
  connectCassandra,
  type CassandraConfig,
  type CassandraConnection,
} from '../../../src/connect/cassandra/cassandra-connection.js';
import { cassandraSink } from '../../../src/connect/cassandra/cassandra-sink.js';
import type { ContractValue, Fault, SinkWorld } from '../../../src/testing/contract/sink/index.js';
import type { CassandraServer } from './cassandra-server.js';

/** Every request passes the fault. */
function faulty(connection: CassandraConnection, fault: Fault): CassandraConnection {
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    fault.step();
    return call();
  };
  return {
    execute: (statement) => step(() => connection.execute(statement)),
    pages: (query, rows) => connection.pages(query, rows),
    executeTogether: (statements) => step(() => connection.executeTogether(statements)),
    close: () => connection.close(),
  };
}

/** One table, of which each destination has its own partitions. They have several rows, so that there are batches. */
export function cassandraWorld(server: () => CassandraServer, keyspace: () => string): SinkWorld {
  let destinations = 0;
  return {
    name: 'cassandra',
    guarantee: 'idempotent',
    shape: 'table',
    poison: { key: 'poison', value: { serial: 2 ** 31, text: 'more than an int holds' } },
    destination() {
      const table = `${keyspace()}."Rows"`;
      const destination = destinations++;
      const opened: CassandraConnection[] = [];
      const connect = async (config: CassandraConfig): Promise<CassandraConnection> => {
        const connection = await connectCassandra(config);
        opened.push(connection);
        return connection;
      };
      return Promise.resolve({
        sink: (fault) =>
          cassandraSink<string, ContractValue>({
            table,
            partitionKey: {
              destination: { type: 'int', of: () => destination },
              length: { type: 'int', of: (key) => key.length },
            },
            clusteringKey: { 'the key': { type: 'text', of: (key) => key } },
            columns: {
              serial: { type: 'int', of: ({ serial }) => serial },
              text: { type: 'text', of: ({ text }) => text },
            },
            connection: server().connection,
            connect: async (config) => faulty(await connect(config), fault),
          }),
        async read() {
          const where = `destination = ${String(destination)} ALLOW FILTERING`;
          const rows = await server().query(`SELECT "the key", serial, text FROM ${table} WHERE ${where}`);
          return rows.map((row) => [String(row['the key']), { serial: Number(row.serial), text: String(row.text) }]);
        },
        // A writer that crashed in this process has left its connection open, which would go on for ever.
        dispose: async () => {
          for (const connection of opened) await connection.close();
        },
      });
    },
  };
}
