import { EMPTY_BYTES } from '../../util/bytes.js';
import { invalid } from '../../util/errors.js';
import type { FileEncoding, FileFormat } from './file-format.js';

/** One JSON value per line, UTF-8 (https://jsonlines.org). */
export function jsonLines(): FileFormat {
  return { extension: 'jsonl', load: () => Promise.resolve(encoding) };
}

const encoding: FileEncoding = {
  prepare(row) {
    const text = JSON.stringify(row) as string | undefined; // of undefined and of functions there is none
    if (text !== undefined) return text;
    throw invalid('SINK_ROW_INVALID', 'a row of a file sink is not a JSON value', {
      hint: 'Let `row` give an object, and filter records that have none.',
    });
  },
  begin: () => ({
    encode: (rows) => Buffer.from(`${rows.join('\n')}\n`),
    finish: () => EMPTY_BYTES,
  }),
};
