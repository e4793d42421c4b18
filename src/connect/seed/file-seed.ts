import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { MillraceError, messageOf } from '../../util/errors.js';
import { seedRowOf, type SeedColumns } from './seed-columns.js';
import type { SeedRow, SeedSource } from './seed-source.js';

/**
 * Rows of a file of JSON Lines: one that `millrace state export` wrote, or any whose objects have a key and a value.
 * @param path on the machine that seeds
 */
export function fileSeed(path: string, columns: SeedColumns = {}): SeedSource {
  return { name: `file:${path}`, repeatable: true, rows: () => readRows(path, columns) };
}

async function* readRows(path: string, columns: SeedColumns): AsyncGenerator<SeedRow, void> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const place = `line ${number} of "${path}"`;
    yield seedRowOf(parse(line, place), columns, place);
  }
}

function parse(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new MillraceError({
      code: 'SEED_ROW_INVALID',
      kind: 'data',
      message: `${place} is no JSON: ${messageOf(cause)}`,
      hint: 'Mend the file: it holds one JSON object per line.',
      cause,
    });
  }
}
