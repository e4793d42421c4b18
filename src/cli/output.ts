import { invalid } from '../util/errors.js';
import type { Terminal } from './terminal.js';

/** How rows are printed: columns, one JSON array, or one JSON object per line. */
export type OutputFormat = 'text' | 'json' | 'jsonl';

/** A row, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** @throws MillraceError `INVALID_OPTION` */
export function outputFormat(given: string): OutputFormat {
  if (given === 'text' || given === 'json' || given === 'jsonl') return given;
  throw invalid('INVALID_OPTION', `"${given}" is not an output format`, { hint: 'Use -o text, json or jsonl.' });
}

/** The format of what is one report, not rows. @throws MillraceError `INVALID_OPTION` */
export function reportFormat(given: string): 'text' | 'json' {
  if (given === 'text' || given === 'json') return given;
  throw invalid('INVALID_OPTION', `"${given}" is not a format of a report`, { hint: 'Use -o text or json.' });
}

/** Prints rows as they come; text waits for all of them, to know how wide the columns are. */
export async function printRows(terminal: Terminal, rows: AsyncIterable<Row>, format: OutputFormat): Promise<void> {
  if (format === 'jsonl') {
    for await (const row of rows) terminal.out(`${JSON.stringify(row)}\n`);
    return;
  }
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  terminal.out(format === 'json' ? `${JSON.stringify(all, undefined, 2)}\n` : table(all));
}

/** Rows in aligned columns under their names; nothing for no rows. */
export function table(rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return '';
  const names = Object.keys(first);
  const cells = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Each thing as a row: its fields are the columns. */
export async function* toRows<T extends object>(all: AsyncIterable<T> | Iterable<T>): AsyncGenerator<Row> {
  for await (const each of all) yield Object.fromEntries<unknown>(Object.entries(each));
}
