import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';
import { openMillrace, type MillraceApp } from '../../../src/app/millrace-app.js';
import { SqlDatabase } from '../../../src/app/sql/duckdb.js';
import { SqlSession } from '../../../src/app/sql/sql-session.js';
import { runSqlPrompt } from '../../../src/cli/sql-prompt.js';
import { avroFile } from '../../../src/connect/files/avro-file.js';
import type { FileFormat } from '../../../src/connect/files/file-format.js';
import { parquetFile } from '../../../src/connect/files/parquet-file.js';
import { silentLogger } from '../../../src/observability/log.js';
import { avro } from '../../../src/serde/avro/avro.js';
import { systemClock } from '../../../src/util/time.js';
import sales from '../../../topologies/sales/topology.js';
import { cli } from '../../support/cli.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-sql-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function encoded<Row>(format: FileFormat<Row>, rows: readonly Row[]): Promise<Buffer> {
  const encoding = await format.load();
  const encoder = encoding.begin();
  const bytes = encoder.encode(rows.map((row) => encoding.prepare(row)));
  return Buffer.concat([bytes, encoder.finish()]);
}

const lines = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** What a sink has written in two hours, of which a crash kept it from renaming one file; the next one does not count. */
async function writeSales(): Promise<void> {
  await write('sales/date=2026-01-31/hour=09/a.jsonl', lines({ seller: 'a', usd: 1 }, { seller: 'b', usd: 2 }));
  const files = [{ temporary: '.millrace/p/7-0.tmp', path: 'date=2026-01-31/hour=10/b.jsonl', rows: 1 }];
  await write(
    'sales/.millrace/p/000000000007.manifest',
    JSON.stringify({ version: 1, sequence: 7, position: 3, files }),
  );
  await write('sales/.millrace/p/7-0.tmp', lines({ seller: 'a', usd: 4 }));
  await write('sales/.millrace/p/7-1.tmp', lines({ seller: 'a', usd: 1_000 }));
}

describe('millrace sql over files', () => {
  it('sees of a sink what is committed, with the date and the hour of its folders', async () => {
    await writeSales();
    const query = 'SELECT date, hour, sum(usd)::INT AS usd FROM sales GROUP BY ALL ORDER BY hour';
    expect(await cli('sql', join(root, 'sales'), '--query', query, '--format', 'csv')).toEqual({
      code: 0,
      out: 'date,hour,usd\r\n2026-01-31,9,3\r\n2026-01-31,10,4\r\n',
      error: '',
    });
  });

  it('has a view for each sink below a folder, whatever its format', async () => {
    await writeSales();
    const schema = avro.record('Rate', { currency: avro.string(), rate: avro.double() });
    const rates = await encoded(avroFile({ schema }), [{ currency: 'EUR', rate: 1.5 }]);
    await write('rates/date=2026-01-31/hour=09/a.avro', rates);
    const columns = { seller: 'string', name: 'string' } as const;
    await write('sellers.parquet', await encoded(parquetFile({ columns }), [{ seller: 'a', name: 'Ann, "A"' }]));
    const query = `SELECT name, sum(usd * rate) AS eur FROM sales JOIN sellers USING (seller), rates GROUP BY name`;
    const { out } = await cli('sql', root, '--query', query, '--format', 'csv');
    expect(out).toBe('name,eur\r\n"Ann, ""A""",7.5\r\n');
  });

  it('gives JSON, and tables', async () => {
    await writeSales();
    const query = 'SELECT seller, usd FROM sales ORDER BY usd LIMIT 2';
    const json = await cli('sql', root, '--query', query, '--format', 'json');
    expect(JSON.parse(json.out)).toEqual([{ seller: 'a', usd: '1' }, { seller: 'b', usd: '2' }]); // prettier-ignore
    const { out } = await cli('sql', root, '-q', query);
    expect(out).toBe('SELLER  USD\na       1\nb       2\n(2 rows)\n');
  });

  it.each([
    ['an empty folder', ['.'], 1, 'has no files'],
    ['nothing', [], 2, 'nothing to ask'],
    ['an unknown format', ['.', '--format', 'xml'], 2, 'table, json or csv'],
  ])('says what is wrong with %s', async (_, [folder, ...more], code, text) => {
    const answer = await cli('sql', ...(folder === undefined ? [] : [root]), ...more, '--query', 'SELECT 1');
    expect([answer.code, answer.error]).toEqual([code, expect.stringContaining(text)]);
  });

  it('says what DuckDB says of a statement', async () => {
    await writeSales();
    const { code, error } = await cli('sql', root, '--query', 'SELECT * FROM slaes');
    expect([code, error]).toEqual([1, expect.stringContaining('slaes')]);
  });
});

describe('DuckDB', () => {
  it('is to be installed by who wants SQL', async () => {
    const opened = SqlDatabase.open(() => Promise.reject(new Error('Cannot find package')));
    await expect(opened).rejects.toMatchObject({
      code: 'DUCKDB_MISSING',
      hint: expect.stringContaining('npm install @duckdb/node-api'),
    });
  });
});

describe('the prompt of millrace sql', () => {
  it('takes statements of several lines, goes on after an error, and remembers what was said', async () => {
    await writeSales();
    const session = await SqlSession.open({ folders: [root] });
    const [input, output] = [new PassThrough(), new PassThrough()];
    let [out, error] = ['', ''];
    const terminal = { interactive: true, colour: false, out: (text: string) => void (out += text), error: (text: string) => void (error += text) }; // prettier-ignore
    input.end('.tables\nSELECT wrong;\nSELECT sum(usd)::INT AS usd\nFROM sales;\n.exit\n');
    const historyFile = join(root, 'history');
    const good = await runSqlPrompt({ session, input, output, terminal, format: 'csv', historyFile });
    await session.close();
    expect(good).toBe(false);
    expect(error).toContain('wrong');
    expect(out).toMatch(/sales\n.*usd\r\n7\r\n/s);
    expect(await readFile(historyFile, 'utf8')).toBe('SELECT wrong;\nSELECT sum(usd)::INT AS usd FROM sales;\n');
  });
});

describe('millrace sql --state', () => {
  let app: MillraceApp;
  let stateDir: string;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-sql-state-'));
    const config = loadConfig({}, { stateDir, grpcPort: '0', httpPort: '0', commitIntervalMs: '10' });
    app = await openMillrace({ topologies: [sales], config, log: silentLogger });
    await app.applications[0]!.waitUntilRunning();
  });
  afterAll(async () => {
    await app.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  const ask = (query: string) =>
    cli('sql', '--state', '--http-port', String(app.httpPort), '--format', 'csv', '--query', query);

  it('asks the stores of the running process, empty ones too', async () => {
    expect(await ask('SELECT count(*) AS n FROM "sales-per-seller"')).toMatchObject({ code: 0, out: 'n\r\n0\r\n' });
    const value = JSON.stringify({ seller_id: 'a', amount_usd: 3, sale_ts: 1_700_000_040_000 });
    const headers = { 'content-type': 'application/x-ndjson' };
    const url = `http://127.0.0.1:${app.httpPort}/api/topics/sales-usd/records`;
    await fetch(url, { method: 'POST', headers, body: JSON.stringify({ key: 'a', value }) });
    const query = 'SELECT key, value.sales AS sales, window_start FROM "sales-per-seller"';
    let answer = await ask(query);
    while (!answer.out.includes('a,1')) {
      await systemClock.sleep(50);
      answer = await ask(query);
    }
    expect(answer).toEqual({ code: 0, out: 'key,sales,window_start\r\na,1,1700000040000\r\n', error: '' });
  }, 60_000);

  it('says that no process answers', async () => {
    const { code, error } = await cli('sql', '--state', '--http-port', '1', '--query', 'SELECT 1');
    expect([code, error]).toEqual([1, expect.stringContaining('nothing answers')]);
  });
});
