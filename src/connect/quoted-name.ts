/** A name in SQL or CQL, quoted: upper case, spaces and reserved words stay as they are. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The names in `schema.table` or `table`. One that has a dot in it is given in quotes: `public."a.b"`. */
export function namesIn(table: string): string[] {
  const parts = table.match(/"(?:[^"]|"")+"|[^.]+/g) ?? [table];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}
