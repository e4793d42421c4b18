import type { ReadableFile } from './readable-files.js';
import { rowInvalid } from './row-invalid.js';
import type { RowBatch } from './row-reader.js';

const CHUNK_BYTES = 256 << 10;
const NEWLINE = 10;

/** Reads one JSON value per line; empty lines are passed over. */
export async function* readJsonLines(file: ReadableFile, path: string): AsyncGenerator<RowBatch> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  for (let position = 0; position < file.bytes;) {
    const chunk = await file.read(position, position + CHUNK_BYTES);
    if (chunk.length === 0) break; // it was cut short meanwhile
    position += chunk.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = position >= file.bytes ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n');
    rest = bytes.subarray(end);
    yield { rows: lines.flatMap((text, index) => rowsOf(text, path, line + index + 1)), position };
    line += lines.length - 1;
  }
}

function rowsOf(text: string, path: string, line: number): unknown[] {
  if (text === '' || text === '\r') return [];
  try {
    return [JSON.parse(text)];
  } catch (error) {
    throw rowInvalid(path, `line ${line}`, error);
  }
}
