import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresSource } from '../../src/connect/postgres/postgres-source.js';
import { silentLogger } from '../../src/observability/log.js';
import { sourceContract, type SourceWorld } from '../../src/testing/contract/source/source-contract.js';
import type { SourceRecord } from '../../src/topology/record-source.js';
import { systemClock } from '../../src/util/time.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';

let postgres: PostgresServer;
let tables = 0;
beforeAll(async () => {
  postgres = await PostgresServer.start();
});
afterAll(() => postgres.stop());

const open = { topic: 'in', clock: systemClock, log: silentLogger };
const record = ({ key, value, timestamp }: Readonly<Record<string, unknown>>): SourceRecord => {
  return { key, value, timestamp: Number(timestamp) };
};

const world: SourceWorld = {
  name: 'postgres',
  async fill(rows) {
    const table = `rows_${tables++}`;
    await postgres.query(`CREATE TABLE ${table} (key text, value int, timestamp bigint)`);
    await postgres.query(
      `INSERT INTO ${table} SELECT * FROM json_to_recordset('${JSON.stringify(rows)}') AS r(key text, value int, timestamp bigint)`,
    );
    const query = `SELECT * FROM ${table} ORDER BY timestamp, value`;
    return {
      source: postgresSource({ query, ordered: true, record, connection: postgres.url }),
      dispose: () => postgres.query(`DROP TABLE ${table}`).then(() => undefined),
    };
  },
};

describe('a Postgres source', () => {
  it.each(sourceContract(world))('$name', ({ run }) => run());

  it('puts values into its query', async () => {
    const query = 'SELECT $1::text AS key, 7 AS value, 5 AS timestamp';
    const reader = await postgresSource({ query, values: ["it's"], record, connection: postgres.url }).open(open);
    const [batch] = await allOf(reader.read());
    await reader.close();
    expect(batch?.records).toEqual([{ key: "it's", value: 7, timestamp: 5 }]);
  });

  it('says that Postgres refuses its query, and lets go of the connection', async () => {
    const source = postgresSource({ query: 'SELECT nothing FROM nowhere', record, connection: postgres.url });
    await expect(source.open(open)).rejects.toMatchObject({ code: 'SOURCE_QUERY', context: { topic: 'in' } });
  });
});

async function allOf<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}
