import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { mkdir, open } from 'node:fs/promises';
import { LocalFiles } from '../../connect/files/local-files.js';
import { readAvroFile } from '../../connect/files/read-avro-file.js';
import { listDataFiles, type DataFile } from '../../connect/files/source-listing.js';
import { toJson } from '../../query/json-value.js';
import { invalid } from '../../util/errors.js';
import { quotedText } from './duckdb.js';

/** A view over files, by its name. */
export interface FileView {
  readonly name: string;
  /** What gives its rows. */
  readonly sql: string;
}

/** A file that DuckDB reads. */
interface SqlFile {
  readonly path: string;
  readonly reader: 'read_json' | 'read_parquet';
  /** `date` and `hour` of its folder, when that is not where the file is yet. */
  readonly folder: { readonly date: string; readonly hour: string } | undefined;
  /** Its path has them. */
  readonly partitioned: boolean;
}

const HOUR = /(?:^|\/)date=([^/]+)\/hour=([^/]+)\//;
const DATA = /\.(jsonl|ndjson|json|avro|parquet)$/;

/**
 * A view for each kind of rows in a folder: of a file sink, whose rows have its columns, `date` and `hour`; of folders with several,
 * named for them; of single files, such as the results of a backfill. Of file sinks only what is committed counts.
 * @param temporary a folder for files of Avro as DuckDB reads them
 * @throws MillraceError `SQL_NO_DATA`
 */
export async function fileViews(folder: string, temporary: string): Promise<readonly FileView[]> {
  const root = resolve(folder);
  const listed = await new LocalFiles(root).list().catch(() => []);
  const sinks = new Set(listed.flatMap(({ path }) => sinkOf(path) ?? []));
  const views = new Map<string, SqlFile[]>();
  for (const sink of sinks) {
    for (const file of await listDataFiles(new LocalFiles(join(root, sink)), (path) => DATA.test(path))) {
      const name = nameOf(root, sink, file.path);
      const found = views.get(name) ?? [];
      found.push(await sqlFile(join(root, sink), file, temporary));
      views.set(name, found);
    }
  }
  if (views.size > 0) return [...views].sort().map(([name, files]) => ({ name, sql: rowsOf(files) }));
  throw invalid('SQL_NO_DATA', `"${folder}" has no files of JSON Lines, Avro or Parquet`, {
    hint: 'Name the folder that a file sink writes to, or one that has such folders in it.',
  });
}

/** The folder, below the root, of what a file belongs to: that which holds the sink's dates or manifests, or the file itself. */
function sinkOf(path: string): string | undefined {
  const [before] = path.split(/(?:^|\/)(?:date=[^/]*|\.millrace)\//);
  if (before !== undefined && before !== path) return before;
  if (/(?:^|\/)[._]/.test(path) || !DATA.test(path)) return undefined;
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function nameOf(root: string, sink: string, path: string): string {
  if (sink !== '') return sink.replaceAll('/', '_');
  return HOUR.test(path) ? basename(root) : path.replace(DATA, '').replaceAll('/', '_');
}

async function sqlFile(root: string, { path, at }: DataFile, temporary: string): Promise<SqlFile> {
  const [, date, hour] = HOUR.exec(path) ?? [];
  const full = join(root, at);
  const avro = path.endsWith('.avro');
  const moved = avro || at !== path;
  return {
    path: avro ? await asJsonLines(full, temporary) : full,
    reader: path.endsWith('.parquet') ? 'read_parquet' : 'read_json',
    folder: moved && date !== undefined && hour !== undefined ? { date, hour } : undefined,
    partitioned: date !== undefined && !moved,
  };
}

/** DuckDB reads Avro by an extension that it would have to download. */
async function asJsonLines(path: string, temporary: string): Promise<string> {
  await mkdir(temporary, { recursive: true });
  const written = join(temporary, `${createHash('sha256').update(path).digest('hex')}.jsonl`);
  const [source, target] = [await new LocalFiles('/').open(path), await open(written, 'w')];
  try {
    for await (const { rows } of readAvroFile(source, path)) {
      await target.appendFile(rows.map((row) => `${JSON.stringify(toJson(row))}\n`).join(''));
    }
  } finally {
    await source.close();
    await target.close();
  }
  return written;
}

/** One SELECT for all files that are read alike. */
function rowsOf(files: readonly SqlFile[]): string {
  const alike = new Map<string, SqlFile[]>();
  for (const file of files) {
    const { reader, folder, partitioned } = file;
    const how = JSON.stringify([reader, folder, partitioned]);
    const same = alike.get(how) ?? [];
    same.push(file);
    alike.set(how, same);
  }
  return [...alike.values()].map(selectOf).join(' UNION ALL BY NAME ');
}

function selectOf(files: readonly SqlFile[]): string {
  const [first] = files;
  if (first === undefined) return '';
  const { reader, partitioned, folder } = first;
  const options = [
    'union_by_name = true',
    ...(reader === 'read_json' ? [`format = 'newline_delimited'`] : []),
    partitioned
      ? `hive_partitioning = true, hive_types = { 'date': DATE, 'hour': INTEGER }`
      : 'hive_partitioning = false',
  ];
  const columns =
    folder === undefined ? '' : `, DATE ${quotedText(folder.date)} AS date, ${String(Number(folder.hour))} AS hour`;
  const paths = files.map(({ path }) => quotedText(path)).join(', ');
  return `SELECT *${columns} FROM ${reader}([${paths}], ${options.join(', ')})`;
}
