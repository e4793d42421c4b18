import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cassandraSeed } from '../../src/connect/seed/cassandra-seed.js';
import { postgresSeed } from '../../src/connect/seed/postgres-seed.js';
import type { SeedContext, SeedRow, SeedSource } from '../../src/connect/seed/seed-source.js';
import { CassandraServer } from '../support/cassandra/cassandra-server.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';

const NO_TOPICS: SeedContext = {
  readTopic: () => {
    throw new Error('no topic is read');
  },
};

async function rowsOf(source: SeedSource): Promise<SeedRow[]> {
  const rows: SeedRow[] = [];
  for await (const row of source.rows(NO_TOPICS)) rows.push(row);
  return rows;
}

describe('a seed of Postgres', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(() => postgres.stop());

  const seed = (query: string) => rowsOf(postgresSeed({ query, key: 'id', timestamp: 'at', connection: postgres.url }));

  it('gives each row as a key, a value and a time', async () => {
    const query = `SELECT 'a' AS id, json_build_object('sum', 3) AS value, timestamptz '2026-01-31T10:00:00Z' AS at`;
    expect(await seed(query)).toEqual([{ key: 'a', value: { sum: 3 }, timestamp: Date.parse('2026-01-31T10:00:00Z') }]);
  });

  it('gives more rows than it reads at a time, once', async () => {
    const rows = await seed('SELECT n AS id, n AS value, n AS at FROM generate_series(1, 2500) AS n');
    expect(rows.map(({ key }) => key)).toEqual(Array.from({ length: 2_500 }, (_, n) => n + 1));
  });
});

describe('a seed of Cassandra', () => {
  let cassandra: CassandraServer;
  let keyspace: string;
  beforeAll(async () => {
    cassandra = await CassandraServer.start();
    keyspace = await cassandra.createKeyspace();
  });
  afterAll(() => cassandra.stop());

  it('gives each row as a key, a value and a time, of types that JavaScript has', async () => {
    const id = '5bd8c586-44eb-4b1b-8c1f-0d9c5d2a3f11';
    await cassandra.query(`CREATE TABLE ${keyspace}.typed
      (id uuid PRIMARY KEY, n bigint, large bigint, exact decimal, day date, tags set<text>, info text, at timestamp)`);
    await cassandra.query(`INSERT INTO ${keyspace}.typed (id, n, large, exact, day, tags, info, at)
      VALUES (${id}, 7, 9007199254740993, 1.50, '2026-01-31', {'a', 'b'}, '{"deep": [1]}', '2026-01-31T10:00:00Z')`);
    const columns = { key: 'id', value: '*', timestamp: 'at' };
    const query = `SELECT * FROM ${keyspace}.typed`;
    const [row] = await rowsOf(cassandraSeed({ query, json: ['info'], connection: cassandra.connection, ...columns }));
    expect([row?.key, row?.timestamp]).toEqual([id, Date.parse('2026-01-31T10:00:00Z')]);
    expect(row?.value).toMatchObject({ n: 7, large: 9_007_199_254_740_993n, exact: '1.50', day: '2026-01-31' });
    expect(row?.value).toMatchObject({ tags: ['a', 'b'], info: { deep: [1] } });
  });

  it('names the row whose text is no JSON', async () => {
    await cassandra.query(`CREATE TABLE ${keyspace}.texts (id text PRIMARY KEY, value text)`);
    await cassandra.query(`INSERT INTO ${keyspace}.texts (id, value) VALUES ('a', 'no')`);
    const query = `SELECT id, value FROM ${keyspace}.texts`;
    const source = cassandraSeed({ query, key: 'id', json: ['value'], connection: cassandra.connection });
    await expect(rowsOf(source)).rejects.toMatchObject({ code: 'SEED_ROW_INVALID', message: expect.stringContaining('row 1') }); // prettier-ignore
  });

  it('says which setting it is not told', async () => {
    const source = cassandraSeed({ query: 'SELECT * FROM t', connection: {} });
    await expect(rowsOf(source)).rejects.toMatchObject({ code: 'CASSANDRA_SETTING_MISSING' });
  });
});
