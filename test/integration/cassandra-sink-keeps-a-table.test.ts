import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import {
  cassandraSink,
  type CassandraColumn,
  type CassandraSinkOptions,
} from '../../src/connect/cassandra/cassandra-sink.js';
import { silentLogger } from '../../src/observability/log.js';
import { sinkContract } from '../../src/testing/contract/sink/index.js';
import type { SinkContext, SinkRecord, SinkWriter } from '../../src/topology/sink.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { systemClock } from '../../src/util/time.js';
import { CassandraServer } from '../support/cassandra/cassandra-server.js';
import { cassandraWorld } from '../support/cassandra/cassandra-world.js';

let cassandra: CassandraServer;
let shop: string;
beforeAll(async () => {
  cassandra = await CassandraServer.start();
  shop = await cassandra.createKeyspace();
});
afterAll(() => cassandra.stop());

type Options<V> = Partial<CassandraSinkOptions<string, V>> & Pick<CassandraSinkOptions<string, V>, 'table' | 'columns'>;

const context: SinkContext = {
  applicationId: 'app',
  sink: 'sink',
  topic: 'in',
  topicId: 'id',
  partition: 0,
  clock: systemClock,
  log: silentLogger,
};

function open<V>(options: Options<V>, more: Partial<SinkContext> = {}): Promise<SinkWriter<string, V>> {
  const partitionKey = { id: { type: 'text', of: (key: string) => key } } as const;
  const connection = { ...cassandra.connection, keyspace: shop, ...options.connection };
  const sink = cassandraSink<string, V>({ partitionKey, ...options, connection });
  return sink.open({ ...context, sink: options.table, ...more });
}

async function write<V>(writer: SinkWriter<string, V>, ...records: Partial<SinkRecord<string, V>>[]): Promise<void> {
  const all = records.map((record, offset): SinkRecord<string, V> => {
    return { key: 'k', value: null, timestamp: systemClock.nowMs(), headers: NO_HEADERS, offset, ...record };
  });
  await writer.write({ records: all, nextOffset: (all.at(-1)?.offset ?? -1) + 1 });
}

const number: CassandraColumn<number, string, number> = { type: 'int', of: (value) => value };

describe('sinks', () => {
  const world = cassandraWorld(
    () => cassandra,
    () => shop,
  );
  it.each(sinkContract(world))('in Cassandra: $name', ({ run }) => run());
});

describe('a Cassandra sink', () => {
  const id = '123e4567-e89b-12d3-a456-426614174000';
  it.each<[CassandraColumn<unknown[], string, unknown[]>, string]>([
    [
      { type: 'decimal', of: () => new Big('-12345678901234567890.000000000000000001') },
      '-12345678901234567890.000000000000000001',
    ],
    [{ type: 'decimal', of: () => '0.10' }, '0.10'],
    [{ type: 'decimal', of: () => new Big('1e30') }, '1000000000000000000000000000000'],
    [{ type: 'varint', of: () => -(2n ** 100n) }, '-1267650600228229401496703205376'],
    [{ type: 'bigint', of: () => 9_007_199_254_740_993n }, '9007199254740993'],
    [{ type: 'smallint', of: () => -32_768 }, '-32768'],
    [{ type: 'double', of: () => 0.1 }, '0.1'],
    [{ type: 'timestamp', of: () => new Date('2026-01-02T03:04:05.678Z') }, '2026-01-02T03:04:05.678Z'],
    [{ type: 'date', of: () => '2026-01-31' }, '2026-01-31'],
    [{ type: 'uuid', of: () => id }, id],
    [{ type: 'timeuuid', of: () => id }, id],
    [{ type: 'boolean', of: () => false }, 'false'],
    [{ type: 'blob', of: () => Buffer.from([0, 255]) }, '00ff'],
    [{ type: 'text', of: () => "it's ü" }, "it's ü"],
    [{ type: 'json', of: () => ({ a: [1, 'x', null] }) }, '{"a":[1,"x",null]}'],
    [{ type: 'text', of: () => null }, 'null'],
  ])('keeps a value exactly: %#', async (value, text) => {
    const table = `typed_${value.type}_${text.replace(/\W/g, '').slice(0, 12).toLowerCase()}`;
    const writer = await open<unknown[]>({ table: table, columns: { value } });
    await write(writer, { value: [] });
    await writer.close();
    const [row] = await cassandra.query(`SELECT value FROM ${shop}.${table}`);
    const found = row?.value;
    const shown =
      found instanceof Date ? found.toISOString() : Buffer.isBuffer(found) ? found.toString('hex') : String(found);
    expect(shown).toBe(text);
  });

  it('names every column that is not as it writes them', async () => {
    await cassandra.query(`CREATE TABLE ${shop}.wrong (id text, more int, amount int, PRIMARY KEY (id, more))`);
    const columns = { amount: { type: 'decimal', of: () => null }, at: { type: 'timestamp', of: () => null } } as const;
    await expect(open({ table: 'wrong', columns })).rejects.toThrow(
      `table "${shop}.wrong" is not as the sink writes it: column "amount" is int, not decimal; column "at" (timestamp) is missing; ` +
        'column "more" is number 1 of the clustering key, which the sink does not write',
    );
  });

  it('takes a table that others made, whose other columns stay as they are', async () => {
    await cassandra.query(`CREATE TABLE ${shop}.theirs (id varchar PRIMARY KEY, n int, note text)`);
    await cassandra.query(`INSERT INTO ${shop}.theirs (id, note) VALUES ('k', 'mine')`);
    const writer = await open({ table: `${shop}.theirs`, columns: { n: number } });
    await write(writer, { value: 1 });
    await writer.close();
    expect(await cassandra.query(`SELECT * FROM ${shop}.theirs`)).toEqual([{ id: 'k', n: 1, note: 'mine' }]);
  });

  it('rejects records whose values a column cannot hold, and those that the server refuses', async () => {
    const writer = await open({ table: 'strict', columns: { n: number } });
    const own = write(writer, { value: 1 }, { value: 1.5 }, { key: null, value: 2 }, { value: 2 ** 31 });
    await expect(own).rejects.toMatchObject({ rejected: [{ index: 1 }, { index: 2 }, { index: 3 }] });
    const long = 'x'.repeat(70_000); // a key has at most 65,535 bytes
    const theirs = write(writer, { key: 'a', value: 1 }, { key: '', value: 1 }, { key: long, value: 1 });
    await expect(theirs).rejects.toMatchObject({ rejected: [{ index: 1 }, { index: 2 }] });
    await writer.close();
  });

  it('rejects a record that has no value for a column of the primary key', async () => {
    const partitionKey = { id: { type: 'text', of: () => undefined } } as const;
    const writer = await open<number>({ table: 'keyless', partitionKey, columns: {} });
    const written = write(writer, { value: 1 });
    await expect(written).rejects.toMatchObject({
      rejected: [{ index: 0, reason: { code: 'CASSANDRA_VALUE_INVALID' } }],
    });
    await writer.close();
  });

  it('blames no record when the table was altered, and stops as soon as it is opened again', async () => {
    const writer = await open({ table: 'altered', columns: { n: number } });
    await write(writer, { value: 1 });
    await cassandra.query(`ALTER TABLE ${shop}.altered DROP n`);
    await expect(write(writer, { value: 1, offset: 1 })).rejects.not.toHaveProperty('rejected');
    await writer.close();
    const again = open({ table: 'altered', columns: { n: number } });
    await expect(again).rejects.toMatchObject({ code: 'CASSANDRA_TABLE_MISMATCH' });
  });

  it('lets no record that is written again replace a later one, not even by a writer whose clock is ahead', async () => {
    const table = { table: 'replayed', columns: { n: number } };
    const writer = await open(table);
    await write(writer, { key: 'a', value: 1, offset: 0 }, { key: 'b', value: 1, offset: 1 });
    await write(writer, { key: 'a', value: 2, offset: 2 }, { key: 'b', value: null, offset: 3 });
    const ahead = { ...systemClock, nowMs: () => systemClock.nowMs() + 3_600_000 };
    const again = await open(table, { clock: ahead });
    await write(again, { key: 'a', value: 1, offset: 0 }, { key: 'b', value: 1, offset: 1 });
    expect(await cassandra.query(`SELECT id, n FROM ${shop}.replayed`)).toEqual([{ id: 'a', n: 2 }]);
    await Promise.all([writer.close(), again.close()]);
  });

  it('lets a topic that was made anew win over the earlier one, though its offsets are lower', async () => {
    const table = { table: 'anew', columns: { n: number } };
    const before = await open(table);
    await write(before, { value: 1, offset: 1_000_000 });
    const after = await open(table, { topicId: 'another' });
    await write(after, { value: 2, offset: 0 });
    expect(await cassandra.query(`SELECT n FROM ${shop}.anew`)).toEqual([{ n: 2 }]);
    await Promise.all([before.close(), after.close()]);
  });

  it('keeps a row for its time to live from its event time on, and not one whose time is over', async () => {
    const writer = await open({ table: 'mortal', columns: { n: number }, ttl: '1h' });
    const now = systemClock.nowMs();
    await write(
      writer,
      { key: 'over', value: 1, timestamp: now },
      { key: 'half', value: 1, timestamp: now - 1_800_000 },
    );
    await write(writer, { key: 'over', value: 2, timestamp: now - 3_600_001, offset: 2 });
    const [row, ...others] = await cassandra.query(`SELECT id, TTL(n) AS ttl FROM ${shop}.mortal`);
    expect([row?.id, others]).toEqual(['half', []]);
    expect(Number(row?.ttl)).toBeLessThanOrEqual(1_800);
    await writer.close();
  });

  it.each<[code: string, options: Partial<CassandraSinkOptions<string, number>>]>([
    ['CASSANDRA_LOGIN_REFUSED', { connection: { credentials: { username: 'cassandra', password: 'wrong' } } }],
    ['CASSANDRA_DATACENTER_UNKNOWN', { connection: { localDataCenter: 'elsewhere' } }],
    ['CASSANDRA_TABLE_REFUSED', { table: 'a name with spaces' }],
    ['CASSANDRA_KEYSPACE_MISSING', { table: 'nowhere.t' }],
    ['CASSANDRA_SETTING_MISSING', { connection: { keyspace: '' } }],
    ['CASSANDRA_SETTING_MISSING', { connection: { contactPoints: [] } }],
  ])('stops with %s, as no retry helps: %#', async (code, { connection, ...more }) => {
    const opened = open({
      table: 'never',
      columns: { n: number },
      connection: { ...cassandra.connection, ...connection },
      ...more,
    });
    await expect(opened).rejects.toMatchObject({ code, kind: 'invalid' });
  });

  it('stops when its role may not write, and is tried again when no server is there', async () => {
    await cassandra.query(`CREATE ROLE IF NOT EXISTS reader WITH PASSWORD = 'reader' AND LOGIN = true`);
    const table = { table: 'strict', columns: { n: number } };
    const credentials = { username: 'reader', password: 'reader' };
    const denied = open({ ...table, connection: { credentials } });
    await expect(denied).rejects.toMatchObject({ code: 'CASSANDRA_ACCESS_DENIED', kind: 'invalid' });
    const down = open({ ...table, connection: { contactPoints: ['127.0.0.1:1'] } });
    await expect(down).rejects.not.toHaveProperty('kind');
  });

  it('leaves nothing behind that keeps a process alive, when it cannot connect', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const refused = { credentials: { username: 'cassandra', password: 'wrong' } };
    for (const connection of [refused, { localDataCenter: 'elsewhere' }, { contactPoints: ['127.0.0.1:1'] }])
      await expect(open({ table: 'never', columns: { n: number }, connection })).rejects.toThrow();
    await systemClock.sleep(3_000); // what the driver waits for before it tries again
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
