import type { SqlResult } from '../app/sql/duckdb.js';
import { invalid } from '../util/errors.js';
import { table } from './output.js';
import type { Terminal } from './terminal.js';

/** How rows of SQL are printed. */
export type SqlFormat = 'table' | 'json' | 'csv';

/** @throws MillraceError `INVALID_OPTION` */
export function sqlFormat(given: string): SqlFormat {
  if (given === 'table' || given === 'json' || given === 'csv') return given;
  throw invalid('INVALID_OPTION', `option --format is "${given}"`, { hint: 'It is table, json or csv.' });
}

/** Prints a result: JSON and CSV as it comes, a table when all of it is there. */
export async function printResult(terminal: Terminal, result: SqlResult, format: SqlFormat): Promise<void> {
  switch (format) {
    case 'csv':
      return printCsv(terminal, result);
    case 'json':
      return printJson(terminal, result);
    case 'table':
      return printTable(terminal, result);
  }
}

async function printCsv(terminal: Terminal, { columns, rows }: SqlResult): Promise<void> {
  terminal.out(csvLine(columns));
  for await (const some of rows) terminal.out(some.map(csvLine).join(''));
}

async function printJson(terminal: Terminal, { columns, rows }: SqlResult): Promise<void> {
  let before = '[';
  for await (const some of rows) {
    for (const row of some) {
      terminal.out(`${before}\n  ${JSON.stringify(asObject(columns, row))}`);
      before = ',';
    }
  }
  terminal.out(before === '[' ? '[]\n' : '\n]\n');
}

async function printTable(terminal: Terminal, { columns, rows }: SqlResult): Promise<void> {
  const all: (readonly unknown[])[] = [];
  for await (const some of rows) all.push(...some);
  terminal.out(table(all.map((row) => asObject(columns, row))));
  terminal.out(`(${String(all.length)} ${all.length === 1 ? 'row' : 'rows'})\n`);
}

function asObject(columns: readonly string[], row: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map((column, index) => [column, row[index]]));
}

/** As RFC 4180 has it; null is empty. */
function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
