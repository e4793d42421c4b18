import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { connectPostgres, type PostgresConnection } from '../../src/connect/postgres/postgres-connection.js';
import { postgresSink } from '../../src/connect/postgres/postgres-sink.js';
import { sinkContract, type ContractValue, type Fault, type SinkWorld } from '../../src/testing/contract/sink/index.js';
import { httpWorld } from '../support/http/http-world.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await PostgresServer.start();
});
afterAll(() => postgres.stop());

/** Every query passes the fault; a crash cuts the connection. */
async function faulty(connection: PostgresConnection, fault: Fault): Promise<PostgresConnection> {
  return Promise.resolve({
    async query(text, values) {
      try {
        fault.step();
      } catch (crash) {
        await connection.close();
        throw crash;
      }
      return connection.query(text, values);
    },
    close: () => connection.close(),
  });
}

let schemas = 0;
const postgresWorld: SinkWorld = {
  name: 'postgres',
  guarantee: 'exactly-once',
  shape: 'table',
  poison: { key: 'poison', value: { serial: 1, text: 'a NUL \u0000 that no text may have' } },
  async destination() {
    const schema = `contract_${String(schemas++)}`;
    await postgres.query(`CREATE SCHEMA ${schema}`);
    return {
      sink: (fault) =>
        postgresSink<string, ContractValue>({
          table: `${schema}.Rows "quoted"`,
          key: { 'the key': { type: 'text', of: (key) => key } },
          columns: {
            serial: { type: 'decimal(20, 4)', of: ({ serial }) => serial },
            text: { type: 'text', of: ({ text }) => text },
          },
          connection: postgres.url,
          connect: async (config) => faulty(await connectPostgres(config), fault),
        }),
      async read() {
        const tables = await postgres.query(`SELECT to_regclass('${schema}."Rows ""quoted"""') AS oid`);
        if (tables[0]?.oid === null) return [];
        const rows = await postgres.query(`SELECT "the key" AS key, serial, text FROM ${schema}."Rows ""quoted"""`);
        return rows.map(({ key, serial, text }) => [String(key), { serial: Number(serial), text: String(text) }]);
      },
      async dispose() {
        await postgres.query(`DROP SCHEMA ${schema} CASCADE`);
      },
    };
  },
};

describe.each([postgresWorld, httpWorld('record'), httpWorld('batch')])('sinks: $name', (world) => {
  it.each(sinkContract(world))('$name', ({ run }) => run());
});
